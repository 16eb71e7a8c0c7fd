// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IOwned} from "./IOwned.sol";

/// @title What the feeds of a network mean: unit, decimals, heartbeat, rule, and the digest of the definition behind them.
/// @notice A feed's kind is the top byte of its id, and its unit and decimals are for ever: a number that changes its
///         meaning is another feed, with another id. What may be revised is how the number is made, and how often.
/// @dev A proposal makes a *shadow*: nodes may sign leaves under its digest, and everybody can prove and read them, while
///      `statusOf` says `Proposed` and contracts that ask `scaleOf` are refused. Which feeds a hub stores, and at which
///      index, is the hub's business; frozen and disputed are states of its answers, not of a definition.
interface IFeedRegistry is IOwned {
    // -- Types

    /// @notice `Live`: in force. `Deprecated`: was in force, and reports made in its time keep their meaning.
    enum Status {
        Unknown,
        Proposed,
        Live,
        Deprecated
    }

    /// @notice Of the last published value, or in absolute terms.
    enum DeviationType {
        Relative,
        Absolute
    }

    /// @notice What may be revised of a feed.
    /// @param digest        Of the canonical definition, as leaves carry it; not zero.
    /// @param snapshotGroup Feeds of one group are published together, such as "BTC-USD"; zero for none.
    /// @param deviation     A feed is published when it moved further: basis points if `Relative`, else a count of
    ///                      10^-decimals; above 0.
    /// @param deviationType What `deviation` counts.
    /// @param heartbeatSec  And at least this often; above 0.
    struct Definition {
        bytes32 digest;
        bytes32 snapshotGroup;
        uint128 deviation;
        DeviationType deviationType;
        uint32 heartbeatSec;
    }

    /// @notice All that is known of a feed.
    /// @param status        `Live` while it has a definition in force, even if another is proposed.
    /// @param decimals      Its numbers are integer counts of 10^-decimals; at most 30.
    /// @param liveSinceSec  When `live` came into force, unix seconds; 0 before.
    /// @param activeFromSec When `proposed` may come into force, unix seconds; 0 without a proposal.
    /// @param unit          Short ASCII text, zeros behind: "USD/BTC", "1/sqrt(year)", "1".
    /// @param successor     The feed to read instead; zero if there is none.
    /// @param live          The definition in force, or the last one that was.
    /// @param proposed      The one that may follow; zero without a proposal.
    struct Feed {
        Status status;
        uint8 decimals;
        uint40 liveSinceSec;
        uint40 activeFromSec;
        bytes32 unit;
        bytes32 successor;
        Definition live;
        Definition proposed;
    }

    /// @notice A feed that is live from the registry's deployment on.
    struct Founder {
        bytes32 feedId;
        bytes32 unit;
        uint8 decimals;
        Definition definition;
    }

    // -- Errors

    /// @notice The delay between proposal and activation is shorter or longer than allowed, seconds.
    error BadDelay(uint40 given, uint40 min, uint40 max);

    /// @notice The feed's id has no kind in its top byte.
    error NoKind(bytes32 feedId);

    /// @notice The unit is no text of 1 to 31 printable ASCII characters with zeros behind.
    error BadUnit(bytes32 feedId, bytes32 given);

    /// @notice A feed has more decimals than consumers can be expected to handle.
    error BadDecimals(bytes32 feedId, uint8 given, uint8 max);

    /// @notice The definition's digest, deviation or heartbeat is zero.
    error EmptyDefinition(bytes32 feedId);

    /// @notice A revision would give the feed another unit or other decimals.
    error MeaningChanged(bytes32 feedId, bytes32 givenUnit, uint8 givenDecimals, bytes32 unit, uint8 decimals);

    /// @notice The feed is not in a state in which this can be done.
    error WrongStatus(bytes32 feedId, Status given, Status wanted);

    /// @notice The definition is proposed or in force already.
    error DefinitionKnown(bytes32 feedId, bytes32 digest, Status status);

    /// @notice Nothing, or something else, is proposed.
    /// @param given  Digest that was named.
    /// @param wanted Digest that is proposed; zero if none is.
    error NotProposed(bytes32 feedId, bytes32 given, bytes32 wanted);

    /// @notice The definition has not been a shadow for long enough, unix seconds.
    error ActivatedTooEarly(bytes32 feedId, uint256 given, uint256 minSec);

    /// @notice The successor is the feed itself or not live.
    error BadSuccessor(bytes32 feedId, bytes32 given, Status status);

    /// @notice Numbers under this definition are not to be relied on: it is unknown, or a shadow.
    error DefinitionNotInForce(bytes32 feedId, bytes32 digest, Status status);

    /// @notice No feed has this position.
    error NoSuchPosition(uint256 given, uint256 count);

    // -- Events

    /// @notice A definition was proposed.
    /// @param previous      The proposal whose place it takes; zero if none.
    /// @param next          The proposal.
    /// @param activeFromSec When it may come into force, unix seconds.
    event DefinitionProposed(
        bytes32 indexed feedId, bytes32 unit, uint8 decimals, Definition previous, Definition next, uint40 activeFromSec
    );

    /// @notice A proposal was taken back.
    event DefinitionWithdrawn(bytes32 indexed feedId, Definition previous);

    /// @notice A definition came into force.
    /// @param previous The one it follows; zero if the feed is new.
    event DefinitionActivated(bytes32 indexed feedId, Definition previous, Definition next);

    /// @notice A feed should not be read any more.
    /// @param withdrawn The proposal that fell with it; zero if none.
    event FeedDeprecated(bytes32 indexed feedId, bytes32 indexed successor, Definition last, Definition withdrawn);

    // -- For the owner

    /// @notice Proposes a new feed, or a revision of a live one. Takes the place of a proposal that stands.
    /// @custom:invariant meaningIsForever Unit and decimals of a feed never change once it was live.
    function propose(bytes32 feedId, bytes32 unit, uint8 decimals, Definition calldata next) external;

    /// @notice Takes a proposal back.
    /// @param digest Of the proposal.
    function withdraw(bytes32 feedId, bytes32 digest) external;

    /// @notice Brings a proposal into force.
    /// @param digest Of the proposal: nobody activates what took its place in the meantime.
    /// @custom:invariant shadowFirst No definition is in force that was not a readable proposal for `delaySec`, except
    ///                   those the registry was deployed with.
    function activate(bytes32 feedId, bytes32 digest) external;

    /// @notice Says that a live feed should not be read any more.
    /// @param successor A live feed to read instead; zero if there is none.
    function deprecate(bytes32 feedId, bytes32 successor) external;

    // -- For everybody

    /// @notice All that is known of a feed; zeros, with status `Unknown`, if it is none.
    function feedOf(bytes32 feedId) external view returns (Feed memory);

    /// @notice Status of one definition of a feed. One that was in force stays `Deprecated` while it is proposed again.
    function statusOf(bytes32 feedId, bytes32 digest) external view returns (Status);

    /// @notice How to read a number that was signed under this definition; reverts if it never was in force.
    /// @return unit     As in `Feed`.
    /// @return decimals The number is an integer count of 10^-decimals.
    function scaleOf(bytes32 feedId, bytes32 digest) external view returns (bytes32 unit, uint8 decimals);

    /// @notice How many feeds are live or were.
    function feedCount() external view returns (uint256);

    /// @notice Their ids, in the order in which they became live.
    function feedIdAt(uint256 position) external view returns (bytes32);

    /// @notice Time between proposal and activation at least, seconds.
    function delaySec() external view returns (uint40);
}
