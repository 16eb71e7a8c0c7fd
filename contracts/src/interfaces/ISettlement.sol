// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

/// @title Expiry prices: written once, open to dispute for a while, then final for ever.
interface ISettlement {
    /// @notice `Open`: nothing was written. `Written`: disputable still. `Final`: for ever.
    ///         A price that was voided is `Open` again.
    enum State {
        Open,
        Written,
        Final
    }

    /// @notice What is known of an expiry.
    /// @param feedId    Of a settlement feed.
    /// @param expirySec Unix seconds.
    /// @return state
    /// @return price Quote currency, 1e18; zero while `Open`.
    /// @return finalAtSec When it becomes or became final, unix seconds; zero while `Open`.
    function settlementOf(bytes32 feedId, uint64 expirySec)
        external
        view
        returns (State state, uint256 price, uint64 finalAtSec);

    /// @notice The final price, quote currency, 1e18; reverts before it is final.
    function finalPrice(bytes32 feedId, uint64 expirySec) external view returns (uint256 price);
}
