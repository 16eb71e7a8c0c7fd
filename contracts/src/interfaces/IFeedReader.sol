// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IAggregatorV2} from "./IAggregatorV2.sol";
import {IAggregatorV3} from "./IAggregatorV3.sol";
import {IOracleHub} from "./IOracleHub.sol";

/// @title One feed of the hub behind the interfaces that consumers know, with the quality gate inside.
/// @notice What makes an answer bad, and what then happens, is fixed at deployment: a consumer deploys a reader of its
///         own and needs no guard of its own.
interface IFeedReader is IAggregatorV2, IAggregatorV3 {
    // -- Types

    /// @notice What an answer is worth. Up to `Frozen` the hub's own status codes; only `Good` may be used.
    ///         `NoAnswer`: the feed has no answer yet.
    ///         `Missing`, `Disputed`: the nodes do not vouch for the feed at present.
    ///         `Frozen`: the owner or the guardian of the hub stopped the feed.
    ///         `Stale`: older than `maxAgeSec`.
    ///         `Uncertain`: the nodes' observations lie further apart than `maxConfidencePpb`.
    ///         `NotPositive`: zero or below, where the reader was told that this is impossible.
    ///         `SequencerDown`, `SequencerGrace`, `SequencerUnreadable`: the chain makes no blocks as it should, has been
    ///         making them again for less than the grace, or the contract that knows does not answer.
    enum Quality {
        NoAnswer,
        Good,
        Missing,
        Disputed,
        Frozen,
        Stale,
        Uncertain,
        NotPositive,
        SequencerDown,
        SequencerGrace,
        SequencerUnreadable
    }

    /// @notice What the aggregator functions do on a bad answer.
    ///         `Revert`: with an error that says why.
    ///         `Zero`: they answer 0, for consumers that then turn to a fallback and have no try/catch. Not for feeds
    ///         that may be 0 rightly, such as rates.
    ///         `Raw`: they answer what the hub holds, judged by nobody.
    enum OnBadAnswer {
        Revert,
        Zero,
        Raw
    }

    /// @notice What an answer has to be.
    /// @param maxAgeSec        Oldest signed time, seconds; above 0. Less than the feed's heartbeat refuses a calm market.
    /// @param maxConfidencePpb Widest median absolute deviation of the nodes, parts per billion; 0 asks for none.
    /// @param positiveOnly     Whether zero and negative values are bad: true for prices and volatilities.
    /// @param onBadAnswer      What the aggregator functions do otherwise.
    /// @param graceSec         Seconds for which the chain must have been up again; 0 exactly if both feeds below are
    ///                         zero.
    /// @param sequencerFeed    An uptime feed in Chainlink's form (0 up, 1 down, startedAt of the change); or zero.
    /// @param blockGapLog      A `BlockGapLog`, which has the same form; or zero.
    struct Requirements {
        uint32 maxAgeSec;
        uint32 maxConfidencePpb;
        bool positiveOnly;
        OnBadAnswer onBadAnswer;
        uint32 graceSec;
        address sequencerFeed;
        address blockGapLog;
    }

    /// @notice An answer and what it is worth.
    /// @param quality       `Good`, or the first reason why not.
    /// @param value         What the hub holds, in the feed's decimals, good or not.
    /// @param confidencePpb Median absolute deviation of the nodes' observations, parts per billion of |value|.
    /// @param updatedAt     Signed time, unix seconds, never above block.timestamp; 0 when there is no answer.
    /// @param roundId       The feed's own dense counter; 0 when there is no answer.
    struct Reading {
        Quality quality;
        int256 value;
        uint32 confidencePpb;
        uint256 updatedAt;
        uint80 roundId;
    }

    // -- Errors: deployment

    /// @notice The feed's name does not hash to the id of the feed at this index.
    /// @dev The top byte of an id is its kind's code and not compared.
    error WrongName(string given, bytes32 feedId);

    /// @notice An answer would be too old in the moment of its birth.
    error ZeroMaxAge();

    /// @notice A grace without anything that says when it began, or the other way round.
    error GraceMismatch(uint32 graceSec, address sequencerFeed, address blockGapLog);

    // -- Errors: bad answers

    /// @notice The feed has no answer yet.
    error NoAnswer(uint16 index);

    /// @notice The nodes do not vouch for the feed at present, or it is frozen.
    /// @param given  2 missing, 3 disputed, 4 frozen.
    /// @param wanted 1 ok.
    error BadAnswerStatus(uint8 given, uint8 wanted);

    /// @notice The answer is too old.
    error StaleAnswer(uint256 ageSec, uint256 maxAgeSec);

    /// @notice The nodes' observations lie too far apart.
    error UncertainAnswer(uint32 givenPpb, uint32 maxPpb);

    /// @notice A value that has to be above zero is not.
    error NotPositive(int256 given);

    /// @notice The chain's sequencer is down, or blocks are further apart than the log allows.
    error SequencerDown(address feed, uint256 sinceSec);

    /// @notice The chain has not been up for long enough after a stop.
    error SequencerGrace(address feed, uint256 upSec, uint32 graceSec);

    /// @notice The uptime feed does not answer as one.
    error SequencerUnreadable(address feed);

    // -- Errors: rounds

    /// @notice No such round can ever have been.
    /// @param given Round asked for.
    /// @param kept  The newest one.
    error RoundNotKept(uint256 given, uint80 kept);

    // -- Reading

    /// @notice The newest answer if it is good; reverts with the reason otherwise, whatever `onBadAnswer` says.
    /// @custom:invariant nothingBadIsServed
    function read() external view returns (Reading memory);

    /// @notice The newest answer with its quality. Never reverts; `value` is not to be used unless `quality` is `Good`.
    function tryRead() external view returns (Reading memory);

    /// @notice The hub that is read.
    function hub() external view returns (IOracleHub);

    /// @notice The feed's index on the hub.
    function index() external view returns (uint16);

    /// @notice What was fixed at deployment.
    function requirements() external view returns (Requirements memory);
}
