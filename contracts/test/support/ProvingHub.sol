// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OracleHub} from "../../src/OracleHub.sol";
import {IReportVerifier} from "../../src/interfaces/IReportVerifier.sol";
import {SchnorrSecp256k1} from "../../src/libraries/SchnorrSecp256k1.sol";

/// @dev Stands in for the hub's own proofs.
contract ProvingHub is OracleHub, IReportVerifier {
    error BadProof();

    constructor(bytes32 network, address owner) OracleHub(network, owner) {}

    function verify(bytes calldata proof) external view returns (uint64, uint64, ProvenLeaf[] memory) {
        (bytes memory body, address rAddress, uint256 z) = abi.decode(proof, (bytes, address, uint256));
        (Configuration memory newest,) = this.configuration();
        if (!SchnorrSecp256k1.verify(newest.groupKeyX, keccak256(body), rAddress, z)) revert BadProof();
        return abi.decode(body, (uint64, uint64, ProvenLeaf[]));
    }
}
