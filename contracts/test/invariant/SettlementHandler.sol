// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {Settlement} from "../../src/Settlement.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {ObserverSigner} from "../support/ObserverSigner.sol";
import {SettlementFixture} from "../support/SettlementFixture.sol";

/// @dev What the world may do to a settlement: carry right and wrong prices, good and bad proofs, statements of any
///      observers, and let time pass. Keeps a ledger of its own: what was written, and what honest observers saw.
///
///      Of seven observers the last two lie: they sign whatever they are asked to. The five honest ones saw values
///      within 63 basis points of each other and sign nothing else.
contract SettlementHandler is SettlementFixture {
    uint256 public constant EXPIRIES = 3;
    uint256 private constant HONEST = 5;
    uint256 private constant MEMBERS = 7;
    /// @dev The honest observers' lowest value of every expiry.
    uint128 private constant LOWEST = uint128(VALUE);
    uint128 private constant STEP = uint128(VALUE) / 10_000;

    /// @dev What was last written of an expiry; `price` is zero while there is none.
    struct Ghost {
        uint256 price;
        uint64 reportTimeMs;
        uint64 finalAtSec;
        uint128 value;
    }

    mapping(uint64 expirySec => Ghost) private _ghosts;
    mapping(uint64 expirySec => uint256) public finalPriceSeen;
    mapping(bytes32 statement => bool) public signedByTheGroup;

    /// @dev Of the observer with this number in `observers`, which are sorted: honest or not has to be dealt.
    mapping(uint256 observer => bool) private _lies;

    uint256 public settled;
    uint256 public refused;
    uint256 public voided;
    uint256 public stood;
    uint256 public finals;

    constructor() {
        deploySettlement(MEMBERS);
        _lies[1] = true;
        _lies[4] = true;
        vm.warp(EXPIRY_SEC + 100);
    }

    function theSettlement() external view returns (Settlement) {
        return settlement;
    }

    function ghostOf(uint64 expirySec) external view returns (Ghost memory) {
        return _ghosts[expirySec];
    }

    function expiryAt(uint256 i) public pure returns (uint64) {
        return EXPIRY_SEC - uint64(i) * 1 days;
    }

    /// @notice The group signs a price: what honest observers saw, or anything else. It must be written exactly if the
    ///         expiry is open and the report newer than what was voided.
    function settlePrice(uint8 which, uint128 any, bool isHonest, uint64 gap) external {
        uint64 expirySec = expiryAt(which % EXPIRIES);
        uint128 value = isHonest ? LOWEST + STEP * (any % 64) : uint128(bound(any, 1, type(uint128).max / 1e10));
        uint64 round = FINAL_ROUND + gap % 90;
        Ghost storage ghost = _ghosts[expirySec];
        bool wanted = ghost.price == 0 && timeOf(round) > ghost.reportTimeMs;

        assertTrue(_settle(expirySec, round, value, 4, false) == wanted, "written exactly when open and newer");
        signedByTheGroup[keccak256(abi.encode(expirySec, uint256(value) * 1e10))] = true;
        if (!wanted) return;
        settled++;
        _ghosts[expirySec] = Ghost(uint256(value) * 1e10, timeOf(round), uint64(block.timestamp) + WINDOW_SEC, value);
    }

    /// @notice Prices that are not final, or not signed by the group, or whose detail was changed. Never written.
    function settleBadly(uint8 which, uint128 any, uint64 gap, uint8 how) external {
        uint64 expirySec = expiryAt(which % EXPIRIES);
        uint128 value = uint128(bound(any, 1, type(uint128).max / 1e10));
        uint64 round = FINAL_ROUND + gap % 90;
        bool byOther = how % 2 == 0;
        assertTrue(!_settle(expirySec, round, value, byOther ? 4 : uint8(1 + how % 3), byOther), "written");
        refused++;
    }

    /// @notice Any set of observers testifies: honest ones with what they saw, liars with what they like. The price falls
    ///         exactly if f + 1 of them contradict it on one side while it can be disputed.
    function contradict(uint8 which, uint8 who, uint128 lie1, uint128 lie2) external {
        uint64 expirySec = expiryAt(which % EXPIRIES);
        Ghost storage ghost = _ghosts[expirySec];
        bytes memory packed;
        uint256 above = 0;
        uint256 below = 0;
        uint256 count = 0;
        for (uint256 i = 0; i < MEMBERS; i++) {
            if ((who >> i) & 1 == 0) continue;
            uint128 value = _lies[i] ? (i == 1 ? lie1 : lie2) : seen(i);
            packed = bytes.concat(packed, ObserverSigner.state(observers[i], NETWORK, FEED, expirySec, value));
            count++;
            if (_contradicts(value, ghost.value)) value > ghost.value ? above++ : below++;
        }
        bool isDisputable = ghost.price != 0 && block.timestamp < ghost.finalAtSec;
        bool wanted = isDisputable && count > F && (above == count || below == count);
        // Liars alone, and liars beside a price that every honest observer could have seen, change nothing.
        if (isHonestPrice(ghost.value)) assertTrue(!wanted, "the ledger says that liars void an honest price");

        (bool done,) = address(settlement).call(abi.encodeCall(settlement.dispute, (FEED, expirySec, packed)));
        assertTrue(done == wanted, "voided exactly when f + 1 contradict it");
        if (done) {
            voided++;
            ghost.price = 0;
            ghost.finalAtSec = 0;
        } else {
            stood++;
        }
    }

    /// @notice Time passes, up to half a window.
    function wait(uint16 seconds_) external {
        vm.warp(block.timestamp + seconds_ % (WINDOW_SEC / 2));
        for (uint256 i = 0; i < EXPIRIES; i++) {
            uint64 expirySec = expiryAt(i);
            Ghost storage ghost = _ghosts[expirySec];
            if (ghost.price == 0 || block.timestamp < ghost.finalAtSec || finalPriceSeen[expirySec] != 0) continue;
            finalPriceSeen[expirySec] = ghost.price;
            finals++;
        }
    }

    /// @notice What the honest observer saw.
    function seen(uint256 observer) public pure returns (uint128) {
        return LOWEST + STEP * uint128(observer * 10 + 3);
    }

    /// @notice Whether no honest observer contradicts this value.
    function isHonestPrice(uint128 value) public view returns (bool) {
        for (uint256 i = 0; i < MEMBERS; i++) {
            if (!_lies[i] && _contradicts(seen(i), value)) return false;
        }
        return true;
    }

    function _contradicts(uint128 value, uint128 price) private pure returns (bool) {
        uint256 gap = value > price ? value - price : price - value;
        return gap * 10_000 > uint256(price) * TOLERANCE_BPS;
    }

    function _settle(uint64 expirySec, uint64 round, uint128 value, uint8 phase, bool byOther)
        private
        returns (bool done)
    {
        Detail memory d = goodDetail(int128(value));
        d.expiryMs = uint48(expirySec * 1000);
        d.phase = phase;
        bytes memory detail = encode(d);
        bytes memory proof = proofOf(byOther ? otherKey : key, round, leafOf(int128(value), detail));
        (done,) = address(settlement).call(abi.encodeCall(settlement.settle, (proof, detail)));
    }
}
