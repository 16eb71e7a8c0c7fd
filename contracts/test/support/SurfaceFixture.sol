// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";
import {VolSurface} from "../../src/VolSurface.sol";
import {IReportVerifier} from "../../src/interfaces/IReportVerifier.sol";
import {Svi} from "../../src/libraries/SviMath.sol";
import {ProofFixture} from "./ProofFixture.sol";
import {Test} from "./Test.sol";

/// @dev One signed slice, in the clear.
struct SignedSlice {
    uint48 expiryMs;
    uint64 forward;
    Svi svi;
}

/// @dev A surface contract, smiles that are free of arbitrage, and the words to put them into a report.
abstract contract SurfaceFixture is Test {
    uint48 internal constant AGREED_MS = 1_767_225_600_250; // 2026-01-01, and a quarter of a second
    uint64 internal constant AGREED_SEC = 1_767_225_600;
    uint32 internal constant MAX_AGE_SEC = 3600;
    int256 internal constant WING_CUT = 3e18;
    uint32 internal constant DISPERSION_PPB = 4_000_001;
    bytes32 internal constant SURFACE_FEED = keccak256("vol-surface:BTC-USD");
    uint256 internal constant WAD = 1e18;

    IReportVerifier internal verifier;
    VolSurface internal surface;

    function deploySurface(IReportVerifier verifier_) internal {
        vm.warp(AGREED_SEC + 10);
        verifier = verifier_;
        surface = new VolSurface(verifier_, SURFACE_FEED, MAX_AGE_SEC, WING_CUT);
    }

    /// @dev A member of SSVI with φ = η/√(θ(1 + θ)): no butterfly for η(1 + |ρ|) <= 2, no calendar arbitrage while θ rises
    ///      (Gatheral and Jacquier 2014, remark 4.4).
    function smile(uint256 theta, int256 rho, uint256 eta) internal pure returns (Svi memory) {
        uint256 phi = eta * WAD / FixedPointMathLib.sqrt(theta * (WAD + theta));
        uint256 square = WAD * WAD - uint256(rho * rho);
        return Svi({
            a: int256(theta * (square / WAD) / (2 * WAD)),
            b: int256(theta * phi / (2 * WAD)),
            rho: rho,
            m: -rho * int256(WAD) / int256(phi),
            sigma: int256(FixedPointMathLib.sqrt(square) * WAD / phi)
        });
    }

    /// @dev θ of a volatility from the agreement to an expiry.
    function thetaOf(uint256 vol, uint256 expiryMs) internal pure returns (uint256) {
        return vol * vol / WAD * (expiryMs - AGREED_MS) / (365 days * 1000);
    }

    function slice(uint256 expiryMs, uint256 vol) internal pure returns (SignedSlice memory) {
        uint64 forward = uint64(9_500_000_000_000 + (expiryMs - AGREED_MS) / 100);
        return SignedSlice(uint48(expiryMs), forward, smile(thetaOf(vol, expiryMs), -0.217e18, 1.13e18));
    }

    /// @dev Expiries as they are listed: 08:00 UTC, from today to nine months ahead.
    function listed(uint256 count, uint256 vol) internal pure returns (SignedSlice[] memory list) {
        uint16[16] memory daysAhead = [0, 1, 2, 3, 8, 15, 29, 57, 85, 176, 267, 358, 449, 540, 631, 722];
        list = new SignedSlice[](count);
        for (uint256 i = 0; i < count; i++) {
            list[i] = slice((uint256(AGREED_SEC) + 8 hours + uint256(daysAhead[i]) * 1 days) * 1000, vol + i * 0.001e18);
        }
    }

    function encodeSlice(SignedSlice memory one) internal pure returns (bytes memory) {
        bytes memory head = abi.encodePacked(uint8(5), one.expiryMs, one.forward);
        Svi memory svi = one.svi;
        bytes memory curve =
            abi.encodePacked(int64(svi.a), int64(svi.b), int64(svi.rho), int64(svi.m), int64(svi.sigma));
        return bytes.concat(head, curve, abi.encodePacked(uint64(1e16), uint16(12), uint16(34)));
    }

    function encodeDetail(uint48 round, SignedSlice[] memory list) internal pure returns (bytes memory detail) {
        detail = abi.encodePacked(uint8(4), uint8(1), round, int128(9_500_000_000_000), uint8(list.length));
        for (uint256 i = 0; i < list.length; i++) {
            detail = bytes.concat(detail, encodeSlice(list[i]));
        }
        return bytes.concat(detail, abi.encodePacked(uint8(3), keccak256("published")));
    }

    /// @dev Written without the library's words: levels from the definition, on a copy each.
    function hashDetail(uint48 round, SignedSlice[] memory list) internal pure returns (bytes32) {
        bytes32[] memory level = new bytes32[](list.length);
        for (uint256 i = 0; i < list.length; i++) {
            level[i] = keccak256(encodeSlice(list[i]));
        }
        bytes memory head = abi.encodePacked(uint8(4), uint8(1), round, int128(9_500_000_000_000), uint8(list.length));
        return keccak256(bytes.concat(head, topOf(level), abi.encodePacked(uint8(3), keccak256("published"))));
    }

    function topOf(bytes32[] memory level) private pure returns (bytes32) {
        if (level.length == 1) return level[0];
        bytes32[] memory next = new bytes32[]((level.length + 1) / 2);
        for (uint256 i = 0; i < next.length; i++) {
            bool isOdd = 2 * i + 1 == level.length;
            next[i] = isOdd ? level[2 * i] : keccak256(abi.encodePacked(uint8(1), level[2 * i], level[2 * i + 1]));
        }
        return topOf(next);
    }

    function leafOf(bytes32 detailHash, uint48 timeMs) internal pure returns (IReportVerifier.ProvenLeaf memory leaf) {
        leaf.feedId = SURFACE_FEED;
        leaf.definitionDigest = keccak256("definition");
        leaf.status = 1;
        leaf.value = 47_000_000;
        leaf.confidencePpb = DISPERSION_PPB;
        leaf.timeMs = timeMs;
        leaf.detailHash = detailHash;
    }

    function believed(IReportVerifier.ProvenLeaf memory leaf) internal pure returns (bytes memory) {
        IReportVerifier.ProvenLeaf[] memory leaves = new IReportVerifier.ProvenLeaf[](1);
        leaves[0] = leaf;
        return abi.encode(uint64(1), uint64(leaf.timeMs), leaves);
    }

    /// @dev As a credulous verifier takes it.
    function store(uint48 round, SignedSlice[] memory list) internal {
        bytes memory proof = believed(leafOf(hashDetail(round, list), AGREED_MS + round));
        surface.update(proof, encodeDetail(round, list));
    }

    function storeExpecting(bytes memory revertData, uint48 round, SignedSlice[] memory list) internal {
        bytes memory proof = believed(leafOf(hashDetail(round, list), AGREED_MS + round));
        vm.expectRevert(revertData);
        surface.update(proof, encodeDetail(round, list));
    }
}

/// @dev The same on a real hub: signed reports of forty feeds, or as many as a test says, in which the surface is one.
abstract contract SignedSurfaceFixture is SurfaceFixture, ProofFixture {
    uint256 internal constant PLACE = 2;
    /// @dev As a mask of leaves to prove.
    uint256 internal constant ITS_LEAF = 2 ** PLACE;
    uint256 internal feedsInReport = 40;

    function deploySigned() internal {
        deployHub(2);
        deploySurface(hub);
    }

    /// @dev A report of `round` with this surface in it, agreed on in that very round.
    function reportWith(uint48 round, SignedSlice[] memory list) internal view returns (TreeReport memory tree) {
        tree = makeTree(round, feedsInReport);
        tree.leaves[PLACE] = leafOf(hashDetail(round, list), uint48(timeOf(round)));
    }

    function proofIn(TreeReport memory tree) internal view returns (bytes memory) {
        return prove(key, tree, ITS_LEAF);
    }

    function storeSigned(uint48 round, SignedSlice[] memory list) internal {
        bytes memory proof = proofIn(reportWith(round, list));
        surface.update(proof, encodeDetail(round, list));
    }
}
