// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OracleHub} from "../../src/OracleHub.sol";
import {IOracleHub} from "../../src/interfaces/IOracleHub.sol";
import {Entry} from "../support/HubFixture.sol";
import {ProofFixture} from "../support/ProofFixture.sol";
import {SchnorrSigner} from "../support/SchnorrSigner.sol";

/// @dev What the world may do to a hub: carry reports of any age and proofs of them, by the right key or another, whole
///      or damaged, freeze feeds, and rotate the key. Keeps a ledger of what was rightly signed, which is not made from what the hub says.
contract HubHandler is ProofFixture {
    uint16 public constant FEEDS = 4;
    /// @dev Answers before the last action.
    mapping(uint16 index => IOracleHub.Answer) private _before;
    /// @dev Whether the last action should have stored a value for the feed.
    mapping(uint16 index => bool) public valueExpected;

    /// @dev Hashes of what reports by the key of their round said.
    mapping(bytes32 statement => bool) public signedValue;
    mapping(bytes32 statement => bool) public signedStatus;

    /// @dev `key` holds the rounds from here to below `newKeyFirstRound`, `_newKey` the ones from there on.
    uint64 public keyFirstRound;
    uint64 public newKeyFirstRound;
    SchnorrSigner.Key private _newKey;
    uint64 private _configCount = 1;

    mapping(uint16 index => bool) public isFrozen;

    uint256 public acceptedProofs;
    uint256 public acceptedReports;
    uint256 public refusedReports;
    uint256 public rotations;

    constructor() {
        deployHub(FEEDS);
        _newKey = key;
        keyFirstRound = FIRST_ROUND;
        newKeyFirstRound = FIRST_ROUND;
    }

    function theHub() external view returns (OracleHub) {
        return hub;
    }

    function answerBefore(uint16 index) external view returns (IOracleHub.Answer memory) {
        return _before[index];
    }

    /// @notice A whole report by the key of its round.
    function submitSigned(uint64 round, uint8 feeds, uint8 statuses, int128 value) external {
        _remember();
        round = _foldRound(round);
        Entry[] memory entries = _entries(feeds, statuses, value);
        bool anyIsNewer = false;
        for (uint256 i = 0; i < entries.length; i++) {
            bool isNewer = round > _before[entries[i].index].round && !isFrozen[entries[i].index];
            anyIsNewer = anyIsNewer || isNewer;
            valueExpected[entries[i].index] = isNewer && entries[i].status == 1 && round >= keyFirstRound;
        }
        // The keys before the last two are dead, so the rounds below are nobody's.
        bool wanted = anyIsNewer && round >= keyFirstRound;
        assertTrue(_submit(report(_keyOf(round), round, entries)) == wanted, "accepted exactly what is newer");
        _sign(round, entries);
    }

    /// @notice A report of which some leaves are shown, with publications of up to seven rounds before it.
    function submitProven(uint64 round, uint8 feeds, uint32 ages, int128 value) external {
        _remember();
        round = _foldRound(round);
        TreeReport memory tree = makeTree(round, FEEDS);
        uint256 mask = 1 + feeds % 15;
        bool anyIsNewer = false;
        Entry[] memory said = new Entry[](1);
        for (uint16 i = 0; i < FEEDS; i++) {
            uint64 age = (ages >> (3 * i)) & 7;
            uint64 published = round > FIRST_ROUND + age ? round - age : FIRST_ROUND;
            (tree.leaves[i].pubRound, tree.leaves[i].pubTimeMs) = (uint48(published), uint48(timeOf(published)));
            (tree.leaves[i].pubValue, tree.leaves[i].pubConfidencePpb) = (value ^ int128(uint128(i)), i);
            if ((mask >> i) & 1 == 0) continue;
            bool isNewer = published > _before[i].round && !isFrozen[i];
            anyIsNewer = anyIsNewer || isNewer;
            valueExpected[i] = isNewer && round >= keyFirstRound;
            said[0] = Entry(i, 1, tree.leaves[i].pubValue, i);
            _sign(published, said);
        }
        bytes memory proof = prove(_keyOf(round), tree, mask);
        (bool accepted,) = address(hub).call(abi.encodeCall(hub.submitProven, (proof)));
        assertTrue(accepted == (anyIsNewer && round >= keyFirstRound), "proven exactly what is newer");
        if (accepted) acceptedProofs++;
    }

    /// @notice Freezes a feed, or lets it go on.
    function freeze(uint8 feed, uint8 patience) external {
        _remember();
        uint16 index = feed % FEEDS;
        if (isFrozen[index]) hub.unfreezeFeeds(indicesOf(index));
        // Seldom, and let go on often: else all feeds would be frozen most of the time.
        else if (patience % 4 == 0) hub.freezeFeeds(indicesOf(index));
        else return;
        isFrozen[index] = !isFrozen[index];
    }

    /// @notice A report by the key of the other side of the newest hand-over. It must never count.
    function submitByTheWrongKey(uint64 round, uint8 feeds, int128 value) external {
        _remember();
        if (rotations == 0) return;
        round = _foldRound(round);
        SchnorrSigner.Key memory wrong = round >= newKeyFirstRound ? key : _newKey;
        assertTrue(!_submit(report(wrong, round, _entries(feeds, 0, value))), "the wrong key was accepted");
    }

    /// @notice A report with one changed byte. It must never count.
    function submitDamaged(uint64 round, uint8 feeds, int128 value, uint256 at, uint8 mask) external {
        _remember();
        round = _foldRound(round);
        bytes memory payload = report(_keyOf(round), round, _entries(feeds, 0, value));
        payload[at % payload.length] ^= bytes1(uint8(bound(mask, 1, 255)));
        assertTrue(!_submit(payload), "a damaged report was accepted");
    }

    /// @notice Another key, from a little after everything accepted.
    function rotate(uint256 keySeed, uint8 gap, uint8 patience) external {
        _remember();
        // Seldom, so that the hub spends its time between rotations too.
        if (patience % 4 != 0) return;
        uint64 latest = hub.latestRound();
        bool pending = rotations != 0 && latest < newKeyFirstRound;
        uint64 base = pending ? latest : (latest > newKeyFirstRound ? latest : newKeyFirstRound);
        uint64 firstRound = base + 1 + gap % 16;
        if (firstRound <= FIRST_ROUND) return;

        SchnorrSigner.Key memory next = SchnorrSigner.keyFrom(keySeed);
        if (uint32(next.x) == uint32(key.x) || uint32(next.x) == uint32(_newKey.x) || next.secret == 1) return;
        if (!pending) (key, keyFirstRound) = (_newKey, newKeyFirstRound);
        _newKey = next;
        newKeyFirstRound = firstRound;
        rotations++;
        // The clock of `nextConfiguration` is that of the first configuration, and every later one continues it.
        hub.rotate(nextConfiguration(next.x, ++_configCount, firstRound));
    }

    function _keyOf(uint64 round) private view returns (SchnorrSigner.Key memory) {
        return round >= newKeyFirstRound ? _newKey : key;
    }

    function _submit(bytes memory payload) private returns (bool accepted) {
        (accepted,) = address(hub).call(abi.encodeCall(hub.submit, (payload)));
        if (accepted) acceptedReports++;
        else refusedReports++;
    }

    function _sign(uint64 round, Entry[] memory entries) private {
        for (uint256 i = 0; i < entries.length; i++) {
            Entry memory e = entries[i];
            signedStatus[keccak256(abi.encode(e.index, e.status, round))] = true;
            if (e.status != 1) continue;
            signedValue[keccak256(abi.encode(e.index, e.value, e.confidencePpb, timeSecOf(round)))] = true;
        }
    }

    function _remember() private {
        for (uint16 i = 0; i < FEEDS; i++) {
            _before[i] = hub.answerAt(i);
            valueExpected[i] = false;
        }
    }

    /// @dev Half of the reports are a little newer than everything, the others lie anywhere around the last hand-overs.
    function _foldRound(uint64 any) private view returns (uint64) {
        uint64 newest = hub.latestRound();
        if (newest < newKeyFirstRound) newest = newKeyFirstRound;
        uint64 dice = any >> 8;
        if (any % 2 == 0) return newest + dice % 3;
        uint64 oldest = keyFirstRound > FIRST_ROUND + 5 ? keyFirstRound - 5 : FIRST_ROUND;
        return oldest + dice % (newest + 5 - oldest);
    }

    /// @dev A subset of the feeds, never empty, each with two bits of `statuses`.
    function _entries(uint8 feeds, uint8 statuses, int128 value) private pure returns (Entry[] memory entries) {
        uint256 mask = 1 + feeds % 15;
        entries = new Entry[](4);
        uint256 count = 0;
        for (uint16 i = 0; i < FEEDS; i++) {
            if (mask >> i & 1 == 0) continue;
            uint8 status = (statuses >> (2 * i)) & 3;
            entries[count++] = Entry(i, status == 0 ? 1 : status, value ^ int128(uint128(i)), uint32(i));
        }
        Entry[] memory cut = new Entry[](count);
        for (uint256 i = 0; i < count; i++) {
            cut[i] = entries[i];
        }
        return cut;
    }
}
