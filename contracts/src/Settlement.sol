// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {ICommittee} from "./interfaces/ICommittee.sol";
import {IExpirySettlement} from "./interfaces/IExpirySettlement.sol";
import {IFeedRegistry} from "./interfaces/IFeedRegistry.sol";
import {IOracleHub} from "./interfaces/IOracleHub.sol";
import {IReportVerifier} from "./interfaces/IReportVerifier.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {ExpiryStatement} from "./libraries/ExpiryStatement.sol";
import {ReportCodec} from "./libraries/ReportCodec.sol";
import {SettlementDetail} from "./libraries/SettlementDetail.sol";

/// @custom:version 0.1.0
contract Settlement is IExpirySettlement {
    uint8 private constant KIND_SETTLEMENT = 10;
    uint8 private constant PRICE_DECIMALS = 18;
    uint256 private constant BPS = 10_000;

    /// @dev Less than half of a window is no mean of it.
    uint32 private constant COVERAGE_MIN_PPM = 500_000;
    uint32 private constant COVERAGE_MAX_PPM = 1_000_000;
    /// @dev Less, and nobody has time to collect signatures and to land them in a full block.
    uint32 private constant WINDOW_MIN_SEC = 10 minutes;
    /// @dev More, and the option's money waits for longer than a committee's term has to last.
    uint32 private constant WINDOW_MAX_SEC = 7 days;
    /// @dev Less is what honest observers differ by; more would let a theft pass.
    uint16 private constant TOLERANCE_MIN_BPS = 5;
    uint16 private constant TOLERANCE_MAX_BPS = 1000;

    /// @dev One slot, low to high: 128 + 48 + 40 + 8 = 224 bits.
    ///
    ///   bit 255    224 223    216 215     176 175          128 127     0
    ///      | unused   | decimals | finalAt   | reportTime      | price  |
    ///      |          | u8       | sec u40   | ms u48          | u128   |
    ///
    ///   price       1e18; 0 when there is none
    ///   reportTime  of the report that the price stood in; after a dispute, of the voided one
    ///   finalAt     0 when there is no price
    ///   decimals    in which observers state their values
    struct Record {
        uint128 price;
        uint48 reportTimeMs;
        uint40 finalAtSec;
        uint8 decimals;
    }

    /// @inheritdoc IExpirySettlement
    IOracleHub public immutable hub;

    /// @inheritdoc IExpirySettlement
    IFeedRegistry public immutable registry;

    /// @inheritdoc IExpirySettlement
    ICommittee public immutable committee;

    bytes32 private immutable _networkId;
    uint32 private immutable _minCoveragePpm;
    uint32 private immutable _disputeWindowSec;
    uint16 private immutable _toleranceBps;

    mapping(bytes32 feedId => mapping(uint64 expirySec => Record)) private _records;

    constructor(IOracleHub hub_, IFeedRegistry registry_, ICommittee committee_, Limits memory limits_) {
        uint32 coverage = limits_.minCoveragePpm;
        if (coverage < COVERAGE_MIN_PPM || coverage > COVERAGE_MAX_PPM) {
            revert BadMinCoverage(coverage, COVERAGE_MIN_PPM, COVERAGE_MAX_PPM);
        }
        uint32 window = limits_.disputeWindowSec;
        if (window < WINDOW_MIN_SEC || window > WINDOW_MAX_SEC) {
            revert BadDisputeWindow(window, WINDOW_MIN_SEC, WINDOW_MAX_SEC);
        }
        uint16 tolerance = limits_.toleranceBps;
        if (tolerance < TOLERANCE_MIN_BPS || tolerance > TOLERANCE_MAX_BPS) {
            revert BadTolerance(tolerance, TOLERANCE_MIN_BPS, TOLERANCE_MAX_BPS);
        }
        hub = hub_;
        registry = registry_;
        committee = committee_;
        _networkId = hub_.networkId();
        _minCoveragePpm = coverage;
        _disputeWindowSec = window;
        _toleranceBps = tolerance;
    }

    // -- Settling

    /// @inheritdoc IExpirySettlement
    /// @custom:invariant writtenOnce
    /// @custom:invariant pricesWereSigned
    function settle(bytes calldata proof, bytes calldata detail) external {
        (uint64 round, uint64 reportTimeMs, IReportVerifier.ProvenLeaf[] memory leaves) = hub.verify(proof);
        if (leaves.length != 1) revert NotOneLeaf(leaves.length);
        IReportVerifier.ProvenLeaf memory leaf = leaves[0];

        SettlementDetail.Fields memory fields = _checkedDetail(leaf, detail);
        uint64 expirySec = _checkedExpiry(fields.expiryMs, reportTimeMs);
        (uint128 price, bytes32 unit, uint8 decimals) = _priceOf(leaf);
        uint40 finalAtSec = _write(leaf.feedId, expirySec, price, reportTimeMs, decimals);
        emit Settled(leaf.feedId, expirySec, price, unit, round, reportTimeMs, fields.coveragePpm, finalAtSec);
    }

    function _checkedDetail(IReportVerifier.ProvenLeaf memory leaf, bytes calldata detail)
        private
        view
        returns (SettlementDetail.Fields memory fields)
    {
        uint8 kind = uint8(leaf.feedId[0]);
        if (kind != KIND_SETTLEMENT) revert WrongKind(kind, KIND_SETTLEMENT);
        if (leaf.status != ReportCodec.STATUS_OK) revert BadLeafStatus(leaf.status, ReportCodec.STATUS_OK);
        if (!SettlementDetail.isOne(detail)) revert NotASettlementDetail(detail.length, SettlementDetail.BYTES);
        bytes32 detailHash = keccak256(detail);
        if (detailHash != leaf.detailHash) revert DetailMismatch(detailHash, leaf.detailHash);

        fields = SettlementDetail.decode(detail);
        if (fields.phase != SettlementDetail.PHASE_FINAL) revert BadPhase(fields.phase, SettlementDetail.PHASE_FINAL);
        if (fields.variablePart != 0 || fields.fixedPart != leaf.value) {
            revert NotAMean(leaf.value, fields.fixedPart, fields.variablePart);
        }
        if (fields.coveragePpm < _minCoveragePpm) revert LowCoverage(fields.coveragePpm, _minCoveragePpm);
    }

    /// @dev By this chain's clock as well: a market that trades until the expiry must not see its price before. The hub
    ///      refuses reports that are ahead of that clock by more than a chain may lag.
    function _checkedExpiry(uint48 expiryMs, uint64 reportTimeMs) private view returns (uint64 expirySec) {
        if (expiryMs % 1000 != 0) revert ExpiryNotWholeSeconds(expiryMs);
        expirySec = expiryMs / 1000;
        if (reportTimeMs < expiryMs || block.timestamp < expirySec) {
            revert NotExpired(expiryMs, reportTimeMs, block.timestamp);
        }
    }

    /// @dev The definition's digest binds the number to its meaning; registry and hub must read it in the same decimals.
    function _priceOf(IReportVerifier.ProvenLeaf memory leaf)
        private
        view
        returns (uint128 price, bytes32 unit, uint8 decimals)
    {
        (unit, decimals) = registry.scaleOf(leaf.feedId, leaf.definitionDigest);
        uint16 index = hub.indexOf(leaf.feedId);
        if (hub.answerAt(index).status == ReportCodec.STATUS_FROZEN) revert FrozenFeed(leaf.feedId, index);
        uint8 hubDecimals = hub.feedAt(index).decimals;
        if (decimals != hubDecimals) revert DecimalsDiffer(hubDecimals, decimals);
        if (decimals > PRICE_DECIMALS) revert TooManyPriceDecimals(decimals, PRICE_DECIMALS);
        if (leaf.value <= 0) revert NotPositive(leaf.value);
        // Exact, and far from an overflow of its own: 2^127 · 10^18 < 2^187.
        uint256 scaled = uint128(leaf.value) * _scaleOf(decimals);
        if (scaled > type(uint128).max) revert PriceOverflow(scaled, type(uint128).max);
        price = uint128(scaled);
    }

    function _write(bytes32 feedId, uint64 expirySec, uint128 price, uint64 reportTimeMs, uint8 decimals)
        private
        returns (uint40 finalAtSec)
    {
        Record storage record = _records[feedId][expirySec];
        if (record.finalAtSec != 0) revert AlreadySettled(record.price, record.finalAtSec);
        if (reportTimeMs <= record.reportTimeMs) revert NotNewerThanVoided(reportTimeMs, record.reportTimeMs);
        finalAtSec = uint40(block.timestamp) + _disputeWindowSec;
        _records[feedId][expirySec] =
            Record({price: price, reportTimeMs: uint48(reportTimeMs), finalAtSec: finalAtSec, decimals: decimals});
    }

    // -- Disputing

    /// @inheritdoc IExpirySettlement
    /// @custom:invariant liarsVoidNothing
    /// @custom:invariant finalIsForever
    function dispute(bytes32 feedId, uint64 expirySec, bytes calldata statements) external {
        Record memory record = _records[feedId][expirySec];
        State state = _stateOf(record);
        if (state != State.Written) revert NotDisputable(state, State.Written);

        bytes32 expiryId = ExpiryStatement.idOf(_networkId, feedId, expirySec);
        address[] memory witnesses = _contradicting(record, expiryId, statements);
        committee.checkWitnesses(witnesses, record.reportTimeMs);

        _records[feedId][expirySec] = Record({price: 0, reportTimeMs: record.reportTimeMs, finalAtSec: 0, decimals: 0});
        emit Voided(feedId, expirySec, record.price, record.reportTimeMs, witnesses);
    }

    /// @dev Signers of statements that all contradict the price, on one side. Whether they are distinct observers is for
    ///      the committee to say: a signature that does not recover yields address zero, which it refuses.
    function _contradicting(Record memory record, bytes32 expiryId, bytes calldata statements)
        private
        view
        returns (address[] memory witnesses)
    {
        uint256 count = statements.length / ExpiryStatement.BYTES;
        if (count == 0 || statements.length % ExpiryStatement.BYTES != 0) {
            revert BadStatements(statements.length, ExpiryStatement.BYTES);
        }
        witnesses = new address[](count);
        // Exact: the price was made by this multiplication.
        uint256 settled = record.price / _scaleOf(record.decimals);
        bool firstIsAbove = ExpiryStatement.valueAt(statements, 0) > settled;
        for (uint256 i = 0; i < count; i++) {
            uint128 value = ExpiryStatement.valueAt(statements, i);
            bool isAbove = value > settled;
            if (isAbove != firstIsAbove) revert OtherSide(value, settled);
            uint256 gap = isAbove ? value - settled : settled - value;
            if (gap * BPS <= _toleranceBps * settled) revert WithinTolerance(value, settled, _toleranceBps);
            witnesses[i] = ExpiryStatement.signerAt(statements, i, ExpiryStatement.digest(expiryId, value));
        }
    }

    // -- Reading

    /// @inheritdoc ISettlement
    function settlementOf(bytes32 feedId, uint64 expirySec)
        external
        view
        returns (State state, uint256 price, uint64 finalAtSec)
    {
        Record memory record = _records[feedId][expirySec];
        return (_stateOf(record), record.price, record.finalAtSec);
    }

    /// @inheritdoc ISettlement
    function finalPrice(bytes32 feedId, uint64 expirySec) external view returns (uint256 price) {
        Record memory record = _records[feedId][expirySec];
        State state = _stateOf(record);
        if (state != State.Final) revert NotFinal(state, State.Final, record.finalAtSec);
        return record.price;
    }

    /// @inheritdoc IExpirySettlement
    function statementDigest(bytes32 feedId, uint64 expirySec, uint128 value) external view returns (bytes32) {
        return ExpiryStatement.digest(ExpiryStatement.idOf(_networkId, feedId, expirySec), value);
    }

    /// @inheritdoc IExpirySettlement
    function limits() external view returns (Limits memory) {
        return Limits(_minCoveragePpm, _disputeWindowSec, _toleranceBps);
    }

    function _stateOf(Record memory record) private view returns (State) {
        if (record.finalAtSec == 0) return State.Open;
        return block.timestamp < record.finalAtSec ? State.Written : State.Final;
    }

    function _scaleOf(uint8 decimals) private pure returns (uint256) {
        return 10 ** (PRICE_DECIMALS - decimals);
    }
}
