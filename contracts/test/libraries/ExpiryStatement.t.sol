// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {ExpiryStatement} from "../../src/libraries/ExpiryStatement.sol";
import {Test} from "../support/Test.sol";

/// @dev What TypeScript encoded and its observers signed, read in Solidity: test/vectors/expiry.json.
contract ExpiryStatementTest is Test {
    struct VectorStatement {
        uint128 value;
        address signer;
        bytes32 r;
        bytes32 s;
        uint8 yParity;
        bytes32 digest;
    }

    struct ExpiryVector {
        string name;
        bytes32 networkId;
        bytes32 feedId;
        uint64 expirySec;
        VectorStatement[] statements;
        bytes encoded;
    }

    /// @dev Members in the order of the structs above.
    string private constant TYPES = "ExpiryVector(string name,bytes32 networkId,bytes32 feedId,uint64 expirySec,"
        "VectorStatement[] statements,bytes encoded)"
        "VectorStatement(uint128 value,address signer,bytes32 r,bytes32 s,uint8 yParity,bytes32 digest)";

    function valueAt(bytes calldata encoded, uint256 i) external pure returns (uint128) {
        return ExpiryStatement.valueAt(encoded, i);
    }

    function signerAt(bytes calldata encoded, uint256 i, bytes32 digest) external pure returns (address) {
        return ExpiryStatement.signerAt(encoded, i, digest);
    }

    function test_statementsOfTypeScriptAreRead() public view {
        string memory json = vm.readFile("test/vectors/expiry.json");
        uint256 count = vm.parseJsonUint(json, ".count");
        assertTrue(count >= 5, "at least five vectors");
        for (uint256 i = 0; i < count; i++) {
            string memory path = string.concat(".vectors[", vm.toString(i), "]");
            checkVector(abi.decode(vm.parseJsonType(json, path, TYPES), (ExpiryVector)));
        }
    }

    function checkVector(ExpiryVector memory v) private view {
        assertEq(v.encoded.length, v.statements.length * ExpiryStatement.BYTES, "length");
        bytes32 expiryId = ExpiryStatement.idOf(v.networkId, v.feedId, v.expirySec);
        for (uint256 i = 0; i < v.statements.length; i++) {
            VectorStatement memory wanted = v.statements[i];
            bytes32 digest = ExpiryStatement.digest(expiryId, wanted.value);
            assertEq32(digest, wanted.digest, "digest");
            assertEq(this.valueAt(v.encoded, i), wanted.value, "value");
            assertEq(uint160(this.signerAt(v.encoded, i, digest)), uint160(wanted.signer), "signer");
        }
    }
}
