// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {ISviSurface} from "../src/interfaces/ISviSurface.sol";
import {SignedSlice, SignedSurfaceFixture} from "./support/SurfaceFixture.sol";

/// @dev On a real hub, with reports that a group key signed.
contract VolSurfaceSignedTest is SignedSurfaceFixture {
    uint48 private constant ROUND = uint48(FIRST_ROUND + 20);

    event SurfaceUpdated(uint256 round, uint256 timeMs);

    function setUp() public {
        deploySigned();
        vm.warp(timeSecOf(ROUND) + 5);
    }

    function test_anyoneCarriesASignedSurfaceHere() public {
        SignedSlice[] memory list = listed(11, 0.5e18);
        bytes memory proof = proofIn(reportWith(ROUND, list));
        bytes memory detail = encodeDetail(ROUND, list);
        vm.expectEmit(true, true, true, true, address(surface));
        emit SurfaceUpdated(ROUND, timeOf(ROUND));
        vm.prank(address(0xbeef));
        surface.update(proof, detail);
        (uint256 timeMs, uint256 dispersion) = surface.state();
        assertEq(timeMs, timeOf(ROUND), "time");
        assertEq(dispersion, 4001, "dispersion, rounded up");
        assertEq(surface.slices().length, 11, "slices");
        surface.impliedVol(100_000e18, uint64(list[3].expiryMs / 1000) + 1000);
    }

    function test_anotherKeysSurfaceIsRefused() public {
        SignedSlice[] memory list = listed(3, 0.5e18);
        bytes memory proof = prove(otherKey, reportWith(ROUND, list), ITS_LEAF);
        bytes memory detail = encodeDetail(ROUND, list);
        vm.expectPartialRevert(IOracleHub.UnknownKey.selector);
        surface.update(proof, detail);
    }

    function test_anotherSurfaceUnderTheSameProofIsRefused() public {
        SignedSlice[] memory list = listed(3, 0.5e18);
        bytes memory proof = proofIn(reportWith(ROUND, list));
        list[1].forward++;
        bytes memory detail = encodeDetail(ROUND, list);
        vm.expectPartialRevert(ISviSurface.DetailMismatch.selector);
        surface.update(proof, detail);
    }

    function test_aProofOfAnotherFeedIsRefused() public {
        SignedSlice[] memory list = listed(3, 0.5e18);
        bytes memory proof = prove(key, reportWith(ROUND, list), 2 * ITS_LEAF);
        bytes memory detail = encodeDetail(ROUND, list);
        vm.expectRevert(abi.encodeWithSelector(ISviSurface.SurfaceNotProven.selector, SURFACE_FEED));
        surface.update(proof, detail);
    }

    function testFuzz_aProofWithAnyByteChangedIsRefused(uint256 at, uint8 flip) public {
        vm.assume(flip != 0);
        SignedSlice[] memory list = listed(3, 0.5e18);
        bytes memory proof = proofIn(reportWith(ROUND, list));
        at = bound(at, 0, proof.length - 1);
        proof[at] ^= bytes1(flip);
        (bool isTaken,) = address(surface).call(abi.encodeCall(surface.update, (proof, encodeDetail(ROUND, list))));
        assertTrue(!isTaken, "taken");
        assertEq(surface.slices().length, 0, "stored");
    }

    function test_aReplayIsRefusedAndANewerRoundTaken() public {
        SignedSlice[] memory list = listed(3, 0.5e18);
        storeSigned(ROUND, list);
        bytes memory proof = proofIn(reportWith(ROUND, list));
        bytes memory detail = encodeDetail(ROUND, list);
        vm.expectRevert(
            abi.encodeWithSelector(ISviSurface.SurfaceNotNewer.selector, uint256(timeOf(ROUND)), uint256(timeOf(ROUND)))
        );
        surface.update(proof, detail);
        storeSigned(ROUND + 1, list);
    }

    /// @dev A later report that carries the same agreement proves it as well as its own.
    function test_aLaterReportProvesTheSameAgreement() public {
        SignedSlice[] memory list = listed(3, 0.5e18);
        TreeReport memory tree = reportWith(ROUND, list);
        tree.round = ROUND + 3;
        tree.timeMs = timeOf(ROUND + 3);
        surface.update(proofIn(tree), encodeDetail(ROUND, list));
        (uint256 timeMs,) = surface.state();
        assertEq(timeMs, timeOf(ROUND), "as old as its agreement, not as its proof");
    }
}
