// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IReportVerifier} from "../interfaces/IReportVerifier.sol";
import {ReportHead} from "../libraries/ReportHead.sol";
import {ReportProof} from "../libraries/ReportProof.sol";
import {HubKeys} from "./HubKeys.sol";

/// @dev The pull path: any leaf of any signed report, shown by whoever needs it.
abstract contract HubProofs is HubKeys {
    /// @inheritdoc IReportVerifier
    /// @custom:invariant provenLeavesWereSigned
    function verify(bytes calldata proof)
        external
        view
        returns (uint64 round, uint64 reportTimeMs, ProvenLeaf[] memory leaves)
    {
        ReportHead head = _checkProof(proof);
        return (head.round(), head.reportTimeMs(), ReportProof.leavesOf(proof));
    }

    function _checkProof(bytes calldata proof) internal view returns (ReportHead head) {
        head = ReportProof.headOf(proof);
        _checkHead(head);
        bytes32 root = ReportProof.rootOf(proof);
        (bytes32 pushDigest, address rAddress, uint256 z) = ReportProof.signedBy(proof);
        if (_checkSignature(head, pushDigest, root, rAddress, z)) _eraUnderNewestKey(head.round());
    }
}
