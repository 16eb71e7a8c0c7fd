// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @title Bytes of a settlement's detail: the Solidity half of `settlement` in src/report/detail-codec.ts.
/// @dev All integers big-endian:
///
///   0x04 | 0x02 | expiryMs u48 | phase u8 | fixed i128 | variable i128 | coveragePpm u32 | pubExpiryMs u48     51 bytes
library SettlementDetail {
    uint256 internal constant BYTES = 51;
    bytes2 internal constant CODES = 0x0402;

    /// @dev The report before, in the round before, agreed on the same price already.
    uint8 internal constant PHASE_FINAL = 4;

    /// @param expiryMs     Unix ms.
    /// @param phase        1 averaging, 2 pending, 3 agreed, 4 final.
    /// @param fixedPart    What the window so far contributes, in the feed's decimals.
    /// @param variablePart What the price of the moment contributes for the rest of the window; 0 after the expiry.
    /// @param coveragePpm  Part of the window that the nodes saw, parts per million.
    struct Fields {
        uint48 expiryMs;
        uint8 phase;
        int128 fixedPart;
        int128 variablePart;
        uint32 coveragePpm;
    }

    /// @notice Whether these bytes are a settlement's detail.
    function isOne(bytes calldata detail) internal pure returns (bool) {
        return detail.length == BYTES && bytes2(detail) == CODES;
    }

    /// @param detail Bytes that `isOne` accepted.
    function decode(bytes calldata detail) internal pure returns (Fields memory fields) {
        fields.expiryMs = uint48(bytes6(detail[2:8]));
        fields.phase = uint8(detail[8]);
        fields.fixedPart = int128(uint128(bytes16(detail[9:25])));
        fields.variablePart = int128(uint128(bytes16(detail[25:41])));
        fields.coveragePpm = uint32(bytes4(detail[41:45]));
    }
}
