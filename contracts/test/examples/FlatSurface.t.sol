// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FlatSurface} from "../../examples/FlatSurface.sol";
import {MockHub} from "../../kit/MockHub.sol";
import {FeedReader} from "../../src/FeedReader.sol";
import {IFeedReader} from "../../src/interfaces/IFeedReader.sol";
import {Test} from "../support/Test.sol";

contract FlatSurfaceTest is Test {
    uint64 private constant YEAR = 365 days;
    MockHub private mock;
    FlatSurface private surface;

    function setUp() public {
        vm.warp(1_767_225_600);
        bytes32[] memory ids = new bytes32[](3);
        ids[0] = keccak256("spot");
        ids[1] = keccak256("vol");
        ids[2] = keccak256("rate");
        mock = new MockHub(ids, 8, 3600);
        surface = new FlatSurface(_reader(0, "spot"), _reader(1, "vol"), _reader(2, "rate"));
        mock.publish(0, 50_000e8);
        mock.publish(1, 0.6e8);
        mock.publish(2, 0.05e8);
    }

    function _reader(uint16 index, string memory name) private returns (FeedReader) {
        IFeedReader.Requirements memory wanted;
        wanted.maxAgeSec = 3600;
        return new FeedReader(mock.hub(), index, name, wanted);
    }

    function test_theForwardIsSpotGrownAtTheRate() public view {
        (uint256 forward, uint256 confidence) = surface.forwardAt(uint64(block.timestamp) + YEAR);
        // 50 000·e^0.05
        assertTrue(forward > 52_563.554e18 && forward < 52_563.556e18, "forward");
        assertEq(confidence, 1e18, "confidence");
    }

    function testFuzz_theVolatilityIsTheSameEverywhere(uint256 strike, uint32 leftSec) public view {
        strike = strike == 0 ? 1 : strike;
        (uint256 vol,) = surface.impliedVol(strike, uint64(block.timestamp) + leftSec + 1);
        assertEq(vol, 0.6e18, "vol");
    }

    function test_aBadAnswerOfAnyFeedIsRefused() public {
        mock.publishStatus(1, 2);
        vm.expectRevert(abi.encodeWithSelector(IFeedReader.BadAnswerStatus.selector, 2, 1));
        surface.impliedVol(1, uint64(block.timestamp) + 1);
        vm.warp(block.timestamp + 3601);
        vm.expectRevert(abi.encodeWithSelector(IFeedReader.StaleAnswer.selector, 3601, 3600));
        surface.forwardAt(uint64(block.timestamp) + 1);
    }

    function test_aPriceThatIsNoneIsRefused() public {
        mock.publish(0, 0);
        vm.expectRevert(abi.encodeWithSelector(FlatSurface.NotPositive.selector, int256(0)));
        surface.forwardAt(uint64(block.timestamp) + 1);
        mock.publish(1, -1);
        vm.expectRevert(abi.encodeWithSelector(FlatSurface.NotPositive.selector, int256(-1)));
        surface.impliedVol(1, uint64(block.timestamp) + 1);
    }

    function test_whatIsOverAndAStrikeOfNothingAreRefused() public {
        uint64 nowSec = uint64(block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(FlatSurface.ExpiryPassed.selector, nowSec, nowSec));
        surface.forwardAt(nowSec);
        vm.expectRevert(abi.encodeWithSelector(FlatSurface.ExpiryPassed.selector, nowSec, nowSec));
        surface.impliedVol(1, nowSec);
        vm.expectRevert(abi.encodeWithSelector(FlatSurface.ZeroStrike.selector));
        surface.impliedVol(0, nowSec + 1);
    }
}
