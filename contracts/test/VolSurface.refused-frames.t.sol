// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IReportVerifier} from "../src/interfaces/IReportVerifier.sol";
import {ISviSurface} from "../src/interfaces/ISviSurface.sol";
import {SurfaceDetail} from "../src/libraries/SurfaceDetail.sol";
import {SurfaceHeadLibrary} from "../src/libraries/SurfaceHead.sol";
import {SignedSlice} from "./support/SurfaceFixture.sol";
import {VolSurfaceRefusalsCase} from "./support/VolSurfaceRefusalsCase.sol";

contract VolSurfaceRefusedFramesTest is VolSurfaceRefusalsCase {
    // -- Times, status, dispersion

    function test_theSameOrAnOlderSurfaceIsRefused() public {
        for (uint48 ago = 0; ago < 3; ago++) {
            IReportVerifier.ProvenLeaf memory leaf = goodLeaf();
            leaf.timeMs = AGREED_MS + 10 - ago;
            refuseLeaf(
                abi.encodeWithSelector(
                    ISviSurface.SurfaceNotNewer.selector, uint256(leaf.timeMs), uint256(AGREED_MS) + 10
                ),
                leaf
            );
        }
    }

    function test_aSurfaceFromTheFutureIsRefused() public {
        IReportVerifier.ProvenLeaf memory leaf = goodLeaf();
        uint256 maxMs = (block.timestamp + 30) * 1000;
        leaf.timeMs = uint48(maxMs + 1);
        refuseLeaf(abi.encodeWithSelector(ISviSurface.FutureSurface.selector, maxMs + 1, maxMs), leaf);
        leaf.timeMs = uint48(maxMs);
        surface.update(believed(leaf), encodeDetail(11, three));
        surface.impliedVol(95_000e18, uint64(expiryMs() / 1000));
    }

    function test_aTimeBeyondItsFieldIsRefused() public {
        IReportVerifier.ProvenLeaf memory leaf = goodLeaf();
        leaf.timeMs = uint48(SurfaceHeadLibrary.TIME_MS_MAX + 1);
        vm.warp(leaf.timeMs / 1000);
        refuseLeaf(
            abi.encodeWithSelector(
                ISviSurface.TimeOverflow.selector, uint256(leaf.timeMs), SurfaceHeadLibrary.TIME_MS_MAX
            ),
            leaf
        );
        // One millisecond before, it is the expiries that are too old.
        leaf.timeMs--;
        refuseLeaf(
            abi.encodeWithSelector(
                ISviSurface.ExpiryNotAfter.selector, uint256(three[0].expiryMs), SurfaceHeadLibrary.TIME_MS_MAX
            ),
            leaf
        );
    }

    function test_aSurfaceThatItsReportDoesNotStandByIsRefused() public {
        for (uint8 status = 0; status < 4; status++) {
            if (status == 1) continue;
            IReportVerifier.ProvenLeaf memory leaf = goodLeaf();
            leaf.status = status;
            refuseLeaf(abi.encodeWithSelector(ISviSurface.SurfaceNotAgreed.selector, status, uint8(1)), leaf);
        }
    }

    function test_aDispersionAsLargeAsTheVolatilityIsRefused() public {
        uint32[3] memory given = [uint32(999_999_001), 1e9, type(uint32).max];
        for (uint256 i = 0; i < given.length; i++) {
            IReportVerifier.ProvenLeaf memory leaf = goodLeaf();
            leaf.confidencePpb = given[i];
            refuseLeaf(
                abi.encodeWithSelector(
                    ISviSurface.DispersionTooLarge.selector, uint256(given[i]), uint256(999_999_000)
                ),
                leaf
            );
        }
        IReportVerifier.ProvenLeaf memory last = goodLeaf();
        last.confidencePpb = 999_999_000;
        surface.update(believed(last), encodeDetail(11, three));
        (, uint256 confidence) = surface.forwardAt(uint64(expiryMs() / 1000));
        assertEq(confidence, 1e12, "a millionth is left");
    }

    function test_aLeafOfAnotherFeedIsRefused() public {
        IReportVerifier.ProvenLeaf memory leaf = goodLeaf();
        leaf.feedId = keccak256("vol-surface:ETH-USD");
        refuseLeaf(abi.encodeWithSelector(ISviSurface.SurfaceNotProven.selector, SURFACE_FEED), leaf);
    }

    function test_itsLeafIsFoundAmongOthers() public {
        IReportVerifier.ProvenLeaf[] memory leaves = new IReportVerifier.ProvenLeaf[](3);
        leaves[0].feedId = bytes32(uint256(1));
        leaves[1].feedId = bytes32(uint256(2));
        leaves[2] = goodLeaf();
        surface.update(abi.encode(uint64(1), uint64(1), leaves), encodeDetail(11, three));
        (uint256 timeMs,) = surface.state();
        assertEq(timeMs, AGREED_MS + 11, "stored");
    }

    // -- The bytes of a detail

    function test_aDetailOfAnotherLengthIsRefused() public {
        bytes memory detail = encodeDetail(11, three);
        bytes4 refusal = SurfaceDetail.BadDetailLength.selector;
        refuseDetail(abi.encodeWithSelector(refusal, 0, 58), "");
        refuseDetail(abi.encodeWithSelector(refusal, detail.length + 1, detail.length), bytes.concat(detail, hex"00"));
        bytes memory cut = new bytes(detail.length - 1);
        for (uint256 i = 0; i < cut.length; i++) {
            cut[i] = detail[i];
        }
        refuseDetail(abi.encodeWithSelector(refusal, cut.length, detail.length), cut);
    }

    function test_noSliceAndTooManyAreRefused() public {
        bytes4 refusal = SurfaceDetail.BadSliceCount.selector;
        SignedSlice[] memory none = new SignedSlice[](0);
        bytes memory empty = abi.encodePacked(uint8(4), uint8(1), uint48(11), int128(1), uint8(0), uint8(0), bytes32(0));
        assertEq(none.length, 0, "none");
        refuseDetail(abi.encodeWithSelector(refusal, 0, 16), empty);
        bytes memory detail = encodeDetail(11, three);
        detail[24] = bytes1(uint8(17));
        refuseDetail(abi.encodeWithSelector(refusal, 17, 16), detail);
    }

    /// @custom:invariant storedSlicesWereSigned
    function testFuzz_aDetailWithAnyBitChangedIsRefused(uint256 bit) public {
        bytes memory detail = encodeDetail(11, three);
        bit = bound(bit, 0, detail.length * 8 - 1);
        detail[bit / 8] ^= bytes1(uint8(2 ** (bit % 8)));
        IReportVerifier.ProvenLeaf memory leaf = goodLeaf();
        (bool isTaken,) = address(surface).call(abi.encodeCall(surface.update, (believed(leaf), detail)));
        assertTrue(!isTaken, "taken");
        assertUntouched();
    }

    /// @dev Hashes of trees of every shape, against the plain way in the fixture.
    function test_detailsOfEveryCountAreTaken() public {
        for (uint48 count = 1; count <= 16; count++) {
            store(20 + count, listed(count, 0.5e18));
            assertEq(surface.slices().length, count, "stored");
        }
        for (uint48 count = 15; count > 0; count--) {
            store(60 - count, listed(count, 0.5e18));
            assertEq(surface.slices().length, count, "fewer than before");
        }
    }
}
