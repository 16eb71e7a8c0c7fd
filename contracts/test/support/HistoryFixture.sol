// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {ReaderFixture} from "./ReaderFixture.sol";

/// @dev A named feed whose older answers the hub keeps.
abstract contract HistoryFixture is ReaderFixture {
    uint32 internal constant KEPT = 512;

    function deployHistory() internal {
        deployHub(1);
        addNamedFeed(NAME, 8, true);
    }
}
