// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IReportVerifier} from "../interfaces/IReportVerifier.sol";
import {ISviSurface} from "../interfaces/ISviSurface.sol";

/// @title What a verifier says of one feed.
library ProvenSurface {
    /// @dev Words of a `ProvenLeaf`, and the shortest answer: round, time, offset, count and one leaf.
    uint256 private constant LEAF_BYTES = 0x180;
    uint256 private constant ANSWER_BYTES_MIN = 0x200;

    /// @notice The feed's status, dispersion, time and detail, if its leaf stands in the proof; reverts as the verifier
    ///         does where it does not verify. Stands for
    ///             (,, IReportVerifier.ProvenLeaf[] memory leaves) = hub.verify(proof);
    ///         and a search among them. Decoding twelve checked fields to use four costs 1 900 gas, and each of them is
    ///         cut to its width here where the decoder would revert.
    function get(IReportVerifier hub, bytes calldata proof, bytes32 feedId)
        internal
        view
        returns (uint8 status, uint32 confidencePpb, uint48 timeMs, bytes32 detailHash)
    {
        bytes memory data = abi.encodeCall(IReportVerifier.verify, (proof));
        bool found;
        assembly ("memory-safe") {
            let isVerified := staticcall(gas(), hub, add(data, 32), mload(data), 0, 0)
            data := mload(0x40)
            returndatacopy(data, 0, returndatasize())
            if iszero(isVerified) { revert(data, returndatasize()) }
            if iszero(lt(returndatasize(), ANSWER_BYTES_MIN)) {
                let leaf := add(data, mload(add(data, 0x40)))
                let end := add(leaf, mul(mload(leaf), LEAF_BYTES))
                for { leaf := add(leaf, 0x20) } lt(leaf, end) { leaf := add(leaf, LEAF_BYTES) } {
                    if eq(mload(leaf), feedId) {
                        found := 1
                        status := and(mload(add(leaf, 0x40)), 0xff)
                        confidencePpb := and(mload(add(leaf, 0x80)), 0xffffffff)
                        timeMs := and(mload(add(leaf, 0xa0)), 0xffffffffffff)
                        detailHash := mload(add(leaf, 0x160))
                    }
                }
            }
        }
        if (!found) revert ISviSurface.SurfaceNotProven(feedId);
    }
}
