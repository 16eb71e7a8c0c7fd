// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IReportVerifier} from "../../src/interfaces/IReportVerifier.sol";
import {Entry} from "./HubFixture.sol";
import {Test} from "./Test.sol";

/// @dev Reads test/vectors/report.json, which vitest reads as well and scripts/vectors.mjs writes.
abstract contract Vectors is Test {
    struct VectorLeaf {
        bytes32 feedId;
        bytes32 definitionDigest;
        string status;
        int128 value;
        uint32 confidencePpb;
        uint48 timeMs;
        string pubStatus;
        int128 pubValue;
        uint32 pubConfidencePpb;
        uint48 pubRound;
        uint48 pubTimeMs;
        bytes32 detailHash;
        bytes leafBytes;
    }

    struct VectorPush {
        uint16 index;
        string status;
        int128 value;
        uint32 confidencePpb;
    }

    struct VectorSignature {
        address rAddress;
        uint256 z;
    }

    struct Vector {
        string name;
        bytes32 networkId;
        bytes32 groupKeyX;
        uint64 round;
        uint64 reportTimeMs;
        VectorLeaf[] leaves;
        VectorPush[] pushes;
        bytes entries;
        bytes32 snapshotRoot;
        bytes32 pushDigest;
        bytes32 digest;
        VectorSignature signature;
        bytes payload;
    }

    /// @dev Members in the order of the structs above.
    string private constant TYPES = "Vector(string name,bytes32 networkId,bytes32 groupKeyX,uint64 round,"
        "uint64 reportTimeMs,VectorLeaf[] leaves,VectorPush[] pushes,bytes entries,bytes32 snapshotRoot,bytes32 pushDigest,"
        "bytes32 digest,VectorSignature signature,bytes payload)"
        "VectorLeaf(bytes32 feedId,bytes32 definitionDigest,string status,int128 value,uint32 confidencePpb,uint48 timeMs,"
        "string pubStatus,int128 pubValue,uint32 pubConfidencePpb,uint48 pubRound,uint48 pubTimeMs,bytes32 detailHash,"
        "bytes leafBytes)" "VectorPush(uint16 index,string status,int128 value,uint32 confidencePpb)"
        "VectorSignature(address rAddress,uint256 z)";

    function readVectors() internal view returns (Vector[] memory vectors) {
        string memory json = vm.readFile("test/vectors/report.json");
        uint256 count = vm.parseJsonUint(json, ".count");
        assertTrue(count >= 20, "at least twenty vectors");
        vectors = new Vector[](count);
        for (uint256 i = 0; i < count; i++) {
            string memory path = string.concat(".vectors[", vm.toString(i), "]");
            vectors[i] = abi.decode(vm.parseJsonType(json, path, TYPES), (Vector));
        }
    }

    struct ProofVector {
        string name;
        bytes32 networkId;
        bytes32 groupKeyX;
        uint64 round;
        uint64 reportTimeMs;
        bytes[] leafBytes;
        bytes proof;
    }

    string private constant PROOF_TYPES = "ProofVector(string name,bytes32 networkId,bytes32 groupKeyX,uint64 round,"
        "uint64 reportTimeMs,bytes[] leafBytes,bytes proof)";

    function readProofVectors() internal view returns (ProofVector[] memory vectors) {
        string memory json = vm.readFile("test/vectors/proof.json");
        uint256 count = vm.parseJsonUint(json, ".count");
        assertTrue(count >= 20, "at least twenty proofs");
        vectors = new ProofVector[](count);
        for (uint256 i = 0; i < count; i++) {
            string memory path = string.concat(".vectors[", vm.toString(i), "]");
            vectors[i] = abi.decode(vm.parseJsonType(json, path, PROOF_TYPES), (ProofVector));
        }
    }

    function toCodec(VectorLeaf memory leaf) internal pure returns (IReportVerifier.ProvenLeaf memory) {
        return IReportVerifier.ProvenLeaf({
            feedId: leaf.feedId,
            definitionDigest: leaf.definitionDigest,
            status: statusCode(leaf.status),
            value: leaf.value,
            confidencePpb: leaf.confidencePpb,
            timeMs: leaf.timeMs,
            pubStatus: statusCode(leaf.pubStatus),
            pubValue: leaf.pubValue,
            pubConfidencePpb: leaf.pubConfidencePpb,
            pubRound: leaf.pubRound,
            pubTimeMs: leaf.pubTimeMs,
            detailHash: leaf.detailHash
        });
    }

    function toEntry(VectorPush memory push) internal pure returns (Entry memory) {
        return Entry(push.index, statusCode(push.status), push.value, push.confidencePpb);
    }

    function statusCode(string memory status) private pure returns (uint8) {
        bytes32 name = keccak256(bytes(status));
        if (name == keccak256("none")) return 0;
        if (name == keccak256("ok")) return 1;
        if (name == keccak256("missing")) return 2;
        assertEq32(name, keccak256("disputed"), "status name");
        return 3;
    }
}
