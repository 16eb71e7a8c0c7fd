// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {CredulousVerifier} from "./support/CredulousVerifier.sol";
import {SurfaceFixture} from "./support/SurfaceFixture.sol";

/// @dev Reads test/vectors/surface.json, which vitest reads as well and scripts/surface-vectors.mjs writes.
contract VolSurfaceVectorsTest is SurfaceFixture {
    struct VectorSlice {
        uint64 expirySec;
        uint64 forward;
        int64 a;
        int64 b;
        int64 rho;
        int64 m;
        int64 sigma;
        bytes32 slot;
    }

    struct VectorPoint {
        uint256 strike;
        uint64 expirySec;
        uint256 forward;
        int256 k;
        uint256 totalVariance;
        uint256 vol;
    }

    struct SurfaceVector {
        string name;
        uint48 agreedMs;
        uint64 nowSec;
        bytes detail;
        bytes32 detailHash;
        uint48 gridRound;
        VectorSlice[] slices;
        VectorPoint[] points;
    }

    /// @dev Members in the order of the structs above.
    string private constant TYPES = "SurfaceVector(string name,uint48 agreedMs,uint64 nowSec,bytes detail,bytes32 detailHash,"
        "uint48 gridRound,VectorSlice[] slices,VectorPoint[] points)"
        "VectorSlice(uint64 expirySec,uint64 forward,int64 a,int64 b,int64 rho,int64 m,int64 sigma,bytes32 slot)"
        "VectorPoint(uint256 strike,uint64 expirySec,uint256 forward,int256 k,uint256 totalVariance,uint256 vol)";

    /// @dev Where the slices begin, behind the head's two words.
    uint256 private constant FIRST_SLICE = 2;

    function readVectors() private view returns (SurfaceVector[] memory vectors) {
        string memory json = vm.readFile("test/vectors/surface.json");
        uint256 count = vm.parseJsonUint(json, ".count");
        assertTrue(count >= 10, "at least ten surfaces");
        vectors = new SurfaceVector[](count);
        for (uint256 i = 0; i < count; i++) {
            string memory path = string.concat(".vectors[", vm.toString(i), "]");
            vectors[i] = abi.decode(vm.parseJsonType(json, path, TYPES), (SurfaceVector));
        }
    }

    function storeVector(SurfaceVector memory v) private {
        deploySurface(new CredulousVerifier());
        vm.warp(v.nowSec);
        surface.update(believed(leafOf(v.detailHash, v.agreedMs)), v.detail);
    }

    function test_whatTypeScriptHashedIsTakenAndStoredInTheSameSlots() public {
        SurfaceVector[] memory vectors = readVectors();
        for (uint256 i = 0; i < vectors.length; i++) {
            SurfaceVector memory v = vectors[i];
            storeVector(v);
            for (uint256 j = 0; j < v.slices.length; j++) {
                assertEq32(vm.load(address(surface), bytes32(FIRST_SLICE + j)), v.slices[j].slot, v.name);
                assertEq(surface.slices()[j].expirySec, v.slices[j].expirySec, v.name);
                assertEq(surface.slices()[j].forward, uint256(v.slices[j].forward) * 1e10, v.name);
            }
            assertEq(surface.slices().length, v.slices.length, v.name);
        }
    }

    function test_everyAnswerIsTypeScriptsToTheLastBit() public {
        SurfaceVector[] memory vectors = readVectors();
        uint256 checked = 0;
        for (uint256 i = 0; i < vectors.length; i++) {
            SurfaceVector memory v = vectors[i];
            storeVector(v);
            for (uint256 j = 0; j < v.points.length; j++) {
                VectorPoint memory p = v.points[j];
                (uint256 vol,) = surface.impliedVol(p.strike, p.expirySec);
                assertEq(vol, p.vol, v.name);
                (uint256 forward,) = surface.forwardAt(p.expirySec);
                assertEq(forward, p.forward, v.name);
                (uint256 variance,) = surface.totalVariance(p.expirySec, p.k);
                assertEq(variance, p.totalVariance, v.name);
                checked++;
            }
        }
        assertTrue(checked >= 100, "at least a hundred points");
    }
}
