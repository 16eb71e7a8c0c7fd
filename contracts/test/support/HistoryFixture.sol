// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedReader} from "../../src/FeedReader.sol";
import {IFeedReader} from "../../src/interfaces/IFeedReader.sol";
import {IOracleHub} from "../../src/interfaces/IOracleHub.sol";
import {ReaderFixture} from "./ReaderFixture.sol";

/// @dev Passes everything on to the hub and remembers answers by their counts. Until the hub keeps a history itself.
contract RememberingHub {
    IOracleHub private immutable HUB;
    mapping(uint16 index => mapping(uint32 count => IOracleHub.Answer)) private _kept;

    error ValueNotKept(uint16 index, uint32 given);

    constructor(IOracleHub hub) {
        HUB = hub;
    }

    function remember(uint16 index) external {
        IOracleHub.Answer memory answer = HUB.answerAt(index);
        answer.status = 1;
        _kept[index][answer.count] = answer;
    }

    function feedAt(uint16 index) external view returns (IOracleHub.Feed memory) {
        return HUB.feedAt(index);
    }

    function answerAt(uint16 index) external view returns (IOracleHub.Answer memory) {
        return HUB.answerAt(index);
    }

    function historyAt(uint16 index, uint32 count) external view returns (IOracleHub.Answer memory answer) {
        answer = _kept[index][count];
        if (answer.count == 0) revert ValueNotKept(index, count);
    }
}

/// @dev A named feed whose older answers are kept.
abstract contract HistoryFixture is ReaderFixture {
    RememberingHub private _remembering;

    function deployHistory() internal {
        deployNamedHub();
        _remembering = new RememberingHub(hub);
    }

    function readerWithHistory(IFeedReader.Requirements memory wanted) internal returns (FeedReader) {
        return new FeedReader(IOracleHub(address(_remembering)), INDEX, NAME, wanted);
    }

    function publishKept(uint64 round, int128 value) internal {
        publish(round, 1, value);
        _remembering.remember(INDEX);
    }
}
