// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IReportCodec} from "../../src/interfaces/IReportCodec.sol";
import {ReportCodec} from "../../src/libraries/ReportCodec.sol";
import {SchnorrSecp256k1} from "../../src/libraries/SchnorrSecp256k1.sol";
import {CodecHarness} from "../support/CodecHarness.sol";
import {Entry, HubFixture} from "../support/HubFixture.sol";
import {LeafCodec} from "../support/LeafCodec.sol";
import {Vectors} from "../support/Vectors.sol";

/// @dev What TypeScript wrote, Solidity must read and recompute.
contract ReportCodecVectorsTest is Vectors {
    CodecHarness private codec;

    function setUp() public {
        codec = new CodecHarness();
    }

    function test_leavesAndRootsAreThoseOfTypeScript() public view {
        Vector[] memory vectors = readVectors();
        uint256 seen = 0;
        uint256 detailed = 0;
        for (uint256 i = 0; i < vectors.length; i++) {
            Vector memory v = vectors[i];
            bytes32[] memory hashes = new bytes32[](v.leaves.length);
            for (uint256 j = 0; j < hashes.length; j++) {
                if (v.leaves[j].detailHash != 0) detailed++;
                hashes[j] = keccak256(LeafCodec.bytesOf(toCodec(v.leaves[j])));
                assertEq32(hashes[j], keccak256(v.leaves[j].leafBytes), string.concat(v.name, ": leaf"));
                seen++;
            }
            assertEq32(LeafCodec.rootOf(hashes), v.snapshotRoot, string.concat(v.name, ": root"));
        }
        assertTrue(seen > 50, "leaves were compared");
        assertTrue(detailed > 5, "some of them with details");
    }

    function test_digestsAreThoseOfTypeScript() public view {
        Vector[] memory vectors = readVectors();
        for (uint256 i = 0; i < vectors.length; i++) {
            Vector memory v = vectors[i];
            bytes32 pushed = ReportCodec.pushDigest(v.entries);
            assertEq32(pushed, v.pushDigest, string.concat(v.name, ": pushDigest"));
            bytes32 digest = ReportCodec.digest(v.networkId, v.round, v.reportTimeMs, pushed, v.snapshotRoot);
            assertEq32(digest, v.digest, string.concat(v.name, ": digest"));
        }
    }

    function test_signaturesOfTypeScriptVerify() public view {
        Vector[] memory vectors = readVectors();
        for (uint256 i = 0; i < vectors.length; i++) {
            Vector memory v = vectors[i];
            (uint256 x, VectorSignature memory s) = (uint256(v.groupKeyX), v.signature);
            assertTrue(SchnorrSecp256k1.verify(x, v.digest, s.rAddress, s.z), v.name);
            assertTrue(!SchnorrSecp256k1.verify(x, ~v.digest, s.rAddress, s.z), v.name);
        }
    }

    function test_payloadsDecodeToTheirFields() public {
        Vector[] memory vectors = readVectors();
        for (uint256 i = 0; i < vectors.length; i++) {
            Vector memory v = vectors[i];
            if (v.pushes.length == 0) {
                vm.expectRevert(abi.encodeWithSelector(IReportCodec.EmptyPush.selector));
                codec.decode(v.payload);
                continue;
            }
            CodecHarness.Decoded memory d = codec.decode(v.payload);
            assertEq32(d.networkTag, bytes4(v.networkId), string.concat(v.name, ": networkTag"));
            assertEq32(d.keyTag, bytes4(uint32(uint256(v.groupKeyX))), string.concat(v.name, ": keyTag"));
            assertEq(d.round, v.round, string.concat(v.name, ": round"));
            assertEq(d.reportTimeMs, v.reportTimeMs, string.concat(v.name, ": reportTimeMs"));
            assertEq32(d.snapshotRoot, v.snapshotRoot, string.concat(v.name, ": snapshotRoot"));
            assertEq(uint160(d.rAddress), uint160(v.signature.rAddress), string.concat(v.name, ": rAddress"));
            assertEq(d.z, v.signature.z, string.concat(v.name, ": z"));
            assertEq32(keccak256(d.entries), keccak256(v.entries), string.concat(v.name, ": entries"));
        }
    }

    function test_entriesDecodeToTheirFields() public view {
        Vector[] memory vectors = readVectors();
        for (uint256 i = 0; i < vectors.length; i++) {
            Vector memory v = vectors[i];
            assertEq(v.entries.length, v.pushes.length * ReportCodec.ENTRY_BYTES, v.name);
            for (uint256 j = 0; j < v.pushes.length; j++) {
                bytes32 given = keccak256(abi.encode(codec.entryAt(v.entries, j)));
                assertEq32(given, keccak256(abi.encode(toEntry(v.pushes[j]))), v.name);
            }
        }
    }
}

contract ReportCodecTest is HubFixture {
    CodecHarness private codec = new CodecHarness();

    function testFuzz_entriesComeBackAsTheyWent(Entry[] memory entries) public view {
        bytes memory packed = encodeEntries(entries);
        assertEq(packed.length, entries.length * ReportCodec.ENTRY_BYTES, "length");
        for (uint256 i = 0; i < entries.length; i++) {
            bytes32 given = keccak256(abi.encode(codec.entryAt(packed, i)));
            assertEq32(given, keccak256(abi.encode(entries[i])), "entry");
        }
    }

    function testFuzz_onlyWholeEntriesArePayload(bytes memory noise) public {
        bytes memory payload = noise.length == 0 ? new bytes(1) : noise;
        payload[0] = 0x01;
        uint256 excess = payload.length < 105 ? 0 : (payload.length - 105) % 23;
        if (payload.length < 105) {
            vm.expectRevert(abi.encodeWithSelector(IReportCodec.TruncatedPayload.selector, payload.length, 105));
        } else if (payload.length == 105) {
            vm.expectRevert(abi.encodeWithSelector(IReportCodec.EmptyPush.selector));
        } else if (excess != 0) {
            uint256 wanted = payload.length - excess + 23;
            vm.expectRevert(abi.encodeWithSelector(IReportCodec.TruncatedPayload.selector, payload.length, wanted));
        }
        codec.decode(payload);
    }

    function testFuzz_otherVersionsAreRefused(uint8 version) public {
        vm.assume(version != 1);
        bytes memory payload = new bytes(128);
        payload[0] = bytes1(version);
        vm.expectRevert(abi.encodeWithSelector(IReportCodec.UnknownVersion.selector, version, 1));
        codec.decode(payload);
    }

    function test_anEmptyPushIsZeroAndNotAHash() public pure {
        assertEq32(ReportCodec.pushDigest(""), bytes32(0), "zero");
        assertTrue(ReportCodec.pushDigest(hex"00") != bytes32(0), "one byte");
    }

    /// @dev Leaves and nodes have distinct prefixes and the count is committed: no tree can pass for another.
    function test_treesOfDifferentShapeHaveDifferentRoots() public pure {
        bytes32[] memory three = new bytes32[](3);
        (three[0], three[1], three[2]) = ("a", "b", "c");
        bytes32 pair = keccak256(abi.encodePacked(uint8(1), bytes32("a"), bytes32("b")));
        bytes32[] memory folded = new bytes32[](2);
        (folded[0], folded[1]) = (pair, "c");
        assertTrue(LeafCodec.rootOf(three) != LeafCodec.rootOf(folded), "root");
        assertEq32(
            LeafCodec.rootOf(new bytes32[](0)), keccak256(abi.encodePacked(uint8(2), uint16(0), bytes32(0))), "no leaf"
        );
    }
}
