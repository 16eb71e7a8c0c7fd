// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {ReportCodec} from "../../src/libraries/ReportCodec.sol";
import {ReportHead} from "../../src/libraries/ReportHead.sol";
import {SchnorrSecp256k1} from "../../src/libraries/SchnorrSecp256k1.sol";

/// @dev Many signatures in one `eth_call`, by the code that the hub runs on one.
contract SchnorrBatch {
    struct Claim {
        bytes32 digest;
        address rAddress;
        uint256 z;
    }

    /// @notice What the library says of each claim, in their order.
    function verify(uint256 groupKeyX, Claim[] calldata claims) external view returns (bool[] memory verified) {
        verified = new bool[](claims.length);
        for (uint256 i = 0; i < claims.length; i++) {
            Claim calldata claim = claims[i];
            verified[i] = SchnorrSecp256k1.verify(groupKeyX, claim.digest, claim.rAddress, claim.z);
        }
    }

    /// @notice The digest that each payload's signature has to cover, computed from its bytes alone.
    function digests(bytes32 networkId, bytes[] calldata payloads) external view returns (bytes32[] memory computed) {
        computed = new bytes32[](payloads.length);
        for (uint256 i = 0; i < payloads.length; i++) {
            (ReportHead head, bytes calldata entries) = ReportCodec.decodePayload(payloads[i]);
            bytes32 pushed = ReportCodec.pushDigest(entries);
            bytes32 root = ReportCodec.rootOf(payloads[i]);
            computed[i] = ReportCodec.digest(networkId, head.round(), head.reportTimeMs(), pushed, root);
        }
    }
}
