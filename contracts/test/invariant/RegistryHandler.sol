// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedRegistry} from "../../src/FeedRegistry.sol";
import {IFeedRegistry} from "../../src/interfaces/IFeedRegistry.sol";
import {Test} from "../support/Test.sol";

/// @dev What an owner may try with a registry of three feeds and five definitions of each. Keeps since when each
///      definition has been a shadow without a pause, and what each feed meant when it was first live.
contract RegistryHandler is Test {
    uint40 public constant DELAY_SEC = 3 days;
    uint256 public constant FEEDS = 3;
    uint256 public constant DEFINITIONS = 5;

    FeedRegistry public immutable registry;

    /// @dev Since when the definition has been readable as a proposal, unix seconds; 0 if it is none.
    mapping(uint256 feed => mapping(uint256 definition => uint256)) public shadowSinceSec;
    /// @dev Hash of unit and decimals; 0 before the feed is live.
    mapping(uint256 feed => bytes32) public meaning;

    uint256 public activated;
    uint256 public activatedTooEarly;
    uint256 public revised;
    uint256 public deprecated;
    uint256 public refused;

    constructor() {
        vm.warp(1_767_225_600);
        registry = new FeedRegistry(address(this), DELAY_SEC, new IFeedRegistry.Founder[](0));
    }

    function feedIdOf(uint256 feed) public pure returns (bytes32) {
        return bytes32(uint256(1) << 248 | (feed % FEEDS));
    }

    function digestOf(uint256 definition) public pure returns (bytes32) {
        return keccak256(abi.encode(definition % DEFINITIONS));
    }

    function propose(uint8 feed, uint8 definition, uint8 decimals, bool otherUnit) external {
        IFeedRegistry.Definition memory next =
            IFeedRegistry.Definition(digestOf(definition), "group", 10, IFeedRegistry.DeviationType.Relative, 3600);
        _call(
            abi.encodeCall(
                registry.propose, (feedIdOf(feed), otherUnit ? bytes32("b") : bytes32("a"), decimals % 3, next)
            )
        );
        _follow();
    }

    function withdraw(uint8 feed, uint8 definition) external {
        _call(abi.encodeCall(registry.withdraw, (feedIdOf(feed), digestOf(definition))));
        _follow();
    }

    function activate(uint8 feed) external {
        bytes32 feedId = feedIdOf(feed);
        IFeedRegistry.Feed memory before = registry.feedOf(feedId);
        if (!_call(abi.encodeCall(registry.activate, (feedId, before.proposed.digest)))) return;
        activated++;
        if (before.status == IFeedRegistry.Status.Live) revised++;
        for (uint256 d = 0; d < DEFINITIONS; d++) {
            if (digestOf(d) != before.proposed.digest) continue;
            uint256 sinceSec = shadowSinceSec[feed % FEEDS][d];
            if (sinceSec == 0 || block.timestamp < sinceSec + DELAY_SEC) activatedTooEarly++;
        }
        if (meaning[feed % FEEDS] == 0) meaning[feed % FEEDS] = meaningOf(feed % FEEDS);
        _follow();
    }

    function deprecate(uint8 feed, uint8 successor, uint8 patience) external {
        // Seldom, because it is the end.
        if (patience % 8 != 0) return;
        if (_call(abi.encodeCall(registry.deprecate, (feedIdOf(feed), feedIdOf(successor))))) deprecated++;
        _follow();
    }

    function wait(uint32 seconds_) external {
        vm.warp(block.timestamp + seconds_ % 4 days);
    }

    function meaningOf(uint256 feed) public view returns (bytes32) {
        IFeedRegistry.Feed memory found = registry.feedOf(feedIdOf(feed));
        return keccak256(abi.encode(found.unit, found.decimals));
    }

    function _call(bytes memory data) private returns (bool done) {
        (done,) = address(registry).call(data);
        if (!done) refused++;
    }

    /// @dev Reads what is proposed as everybody could.
    function _follow() private {
        for (uint256 f = 0; f < FEEDS; f++) {
            bytes32 proposed = registry.feedOf(feedIdOf(f)).proposed.digest;
            for (uint256 d = 0; d < DEFINITIONS; d++) {
                if (digestOf(d) != proposed) shadowSinceSec[f][d] = 0;
                else if (shadowSinceSec[f][d] == 0) shadowSinceSec[f][d] = block.timestamp;
            }
        }
    }
}
