// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @title The brake: who may stop feeds or the whole hub, and who may let them go on. Nobody can set a value.
interface IHubGuard {
    // -- Errors

    /// @notice Only the guardian or the owner may freeze.
    error NotGuardian(address given, address guardian, address owner);

    /// @notice The hub is frozen: it accepts no report.
    error HubFrozen();

    /// @notice The hub is not frozen.
    error HubNotFrozen();

    /// @notice The feed is not frozen.
    error FeedNotFrozen(uint16 index);

    // -- Events

    /// @notice The guardian changed. Zero means none.
    event GuardianChanged(address indexed previous, address indexed guardian);

    /// @notice A feed was frozen.
    event FeedFrozen(uint16 indexed index, address indexed by);

    /// @notice A feed goes on.
    event FeedUnfrozen(uint16 indexed index);

    /// @notice The whole hub was frozen.
    event HubWasFrozen(address indexed by);

    /// @notice The whole hub goes on.
    event HubWasUnfrozen();

    // -- For the owner

    /// @notice Names who may freeze beside the owner; zero for nobody.
    function setGuardian(address next) external;

    /// @notice Lets frozen feeds go on from the next report. Reverts for a feed that is not frozen.
    function unfreezeFeeds(uint16[] calldata indices) external;

    /// @notice Lets the hub accept reports again.
    function unfreezeHub() external;

    // -- For the guardian and the owner

    /// @notice Stops feeds: their entries are skipped, and their answers have status 4. A paired feed takes its neighbour
    ///         along. A feed that is frozen already stays so. Nobody can set a value.
    function freezeFeeds(uint16[] calldata indices) external;

    /// @notice Stops all reports, on the push and the pull path. Answers stay as they are and grow old; `freezeFeeds`
    ///         makes readers refuse them at once.
    function freezeHub() external;

    // -- For everybody

    /// @notice Who may freeze beside the owner; zero for nobody.
    function guardian() external view returns (address);

    /// @notice Whether the whole hub is frozen.
    function hubFrozen() external view returns (bool);
}
