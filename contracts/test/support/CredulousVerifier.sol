// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IReportVerifier} from "../../src/interfaces/IReportVerifier.sol";

/// @dev A verifier that believes what it is told, for tests of what comes behind a proof.
contract CredulousVerifier is IReportVerifier {
    function verify(bytes calldata proof)
        external
        pure
        returns (uint64 round, uint64 reportTimeMs, ProvenLeaf[] memory leaves)
    {
        return abi.decode(proof, (uint64, uint64, ProvenLeaf[]));
    }
}
