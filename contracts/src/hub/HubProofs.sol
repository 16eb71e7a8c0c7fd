// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IHubProofs} from "../interfaces/IHubProofs.sol";
import {IReportVerifier} from "../interfaces/IReportVerifier.sol";
import {FeedSlot, FeedSlotLibrary} from "../libraries/FeedSlot.sol";
import {PushEntry, PushEntryLibrary} from "../libraries/PushEntry.sol";
import {ReportCodec} from "../libraries/ReportCodec.sol";
import {ReportHead} from "../libraries/ReportHead.sol";
import {ReportProof} from "../libraries/ReportProof.sol";
import {SchnorrSecp256k1} from "../libraries/SchnorrSecp256k1.sol";
import {HubEntries} from "./HubEntries.sol";
import {HubFeeds} from "./HubFeeds.sol";

/// @dev The pull path: any leaf of any signed report, shown by whoever needs it.
abstract contract HubProofs is HubFeeds, HubEntries {
    /// @inheritdoc IReportVerifier
    /// @custom:invariant provenLeavesWereSigned
    function verify(bytes calldata proof)
        external
        view
        returns (uint64 round, uint64 reportTimeMs, ProvenLeaf[] memory leaves)
    {
        (ReportHead head,) = _checkProof(proof);
        uint256 encoded;
        (leaves, encoded) = ReportProof.leavesOf(proof);
        (round, reportTimeMs) = (head.round(), head.reportTimeMs());
        // Stands for `return (round, reportTimeMs, leaves)`, which would copy the leaves once more.
        assembly ("memory-safe") {
            mstore(encoded, round)
            mstore(add(encoded, 32), reportTimeMs)
            mstore(add(encoded, 64), 96)
            mstore(add(encoded, 96), mload(leaves))
            return(encoded, add(128, mul(384, mload(leaves))))
        }
    }

    /// @inheritdoc IHubProofs
    /// @custom:invariant roundsNeverDecrease
    /// @custom:invariant answersWereSigned
    function submitProven(bytes calldata proof) external {
        (ReportHead head, bool byNewestKey) = _checkProof(proof);
        (ProvenLeaf[] memory leaves,) = ReportProof.leavesOf(proof);
        bool stored = false;
        for (uint256 i = 0; i < leaves.length; i++) {
            uint256 index = _checkedIndex(leaves[i], head.round());
            bool isStored =
                index < PAIRS_FROM ? _storeProven(index, leaves[i], byNewestKey) : _storeProvenPair(index, leaves, i);
            stored = stored || isStored;
        }
        if (!stored) revert NothingStored(head.round());
        emit ProofSubmitted(head.round(), head.reportTimeMs());
    }

    function _checkProof(bytes calldata proof) private view returns (ReportHead head, bool byNewestKey) {
        head = ReportProof.headOf(proof);
        _checkHead(head);
        bytes32 root = ReportProof.rootOf(proof);
        (bytes32 pushDigest, address rAddress, uint256 z, uint256 key) = ReportProof.signedBy(proof);
        byNewestKey = _checkKey(head, key);
        bytes32 digest = ReportCodec.digest(networkId, head.round(), head.reportTimeMs(), pushDigest, root);
        if (!SchnorrSecp256k1.verify(key, digest, rAddress, z)) revert BadSignature(digest, key);
    }

    function _checkedIndex(ProvenLeaf memory leaf, uint64 reportRound) private view returns (uint256 index) {
        index = _knownIndex(leaf.feedId);
        bytes32 wanted =
            index < PAIRS_FROM ? _feeds[index].definitionDigest : _pairedFeeds[index - PAIRS_FROM].definitionDigest;
        if (leaf.definitionDigest != wanted) revert WrongDefinition(uint16(index), leaf.definitionDigest, wanted);
        bool never = leaf.pubRound == 0;
        if (leaf.pubStatus > ReportCodec.STATUS_DISPUTED || (leaf.pubStatus == 0) != never) {
            revert BadStatus(uint16(index), leaf.pubStatus);
        }
        // An old key's last report could otherwise reach into the rounds of the key after it.
        if (leaf.pubRound > reportRound) revert PublishedAfterReport(uint16(index), leaf.pubRound, reportRound);
        if (leaf.pubTimeMs / 1000 > FeedSlotLibrary.TIME_SEC_MAX) {
            revert TimeOverflow(leaf.pubTimeMs / 1000, FeedSlotLibrary.TIME_SEC_MAX);
        }
        if (leaf.pubRound > FeedSlotLibrary.ROUND_MAX) revert RoundOverflow(leaf.pubRound, FeedSlotLibrary.ROUND_MAX);
    }

    /// @dev A feed that was last published as missing or disputed carries the value it had before: a chain that missed
    ///      both catches up with both.
    function _storeProven(uint256 index, ProvenLeaf memory leaf, bool byNewestKey) private returns (bool) {
        FeedSlot slot = _slotOf(index);
        if (!_isOpenFor(index, slot, leaf.pubRound)) return false;
        uint8 era = _eraOfPublication(leaf.pubRound, byNewestKey);
        uint256 timeSec = leaf.pubTimeMs / 1000;
        bool known =
            slot.value() == leaf.pubValue && slot.confidencePpb() == leaf.pubConfidencePpb && slot.timeSec() == timeSec;
        if (leaf.pubStatus == ReportCodec.STATUS_OK || !known) {
            _storeSingle(slot, _entryOf(index, leaf, ReportCodec.STATUS_OK), leaf.pubRound, timeSec, era);
        }
        if (leaf.pubStatus != ReportCodec.STATUS_OK) {
            _setSlot(index, _slotOf(index).withStatus(leaf.pubStatus, leaf.pubRound, era));
        }
        _tellProven(index, leaf);
        return true;
    }

    /// @dev Leaves stand in the order of their ids, so the neighbour is anywhere in the proof.
    function _storeProvenPair(uint256 index, ProvenLeaf[] memory leaves, uint256 i) private returns (bool) {
        bytes32 wanted = _pairedFeeds[(index - PAIRS_FROM) ^ 1].feedId;
        uint256 j = 0;
        while (j < leaves.length && leaves[j].feedId != wanted) j++;
        if (j == leaves.length || leaves[j].pubRound != leaves[i].pubRound) {
            emit PairIncomplete(uint16(index), leaves[i].pubRound);
            return false;
        }
        // The first of the two takes the second along, whichever stands first in the proof.
        return index % 2 == 0 && _storeProvenNeighbours(index, leaves[i], leaves[j]);
    }

    function _storeProvenNeighbours(uint256 index, ProvenLeaf memory first, ProvenLeaf memory second)
        private
        returns (bool stored)
    {
        FeedSlot slot = _slotOf(index);
        uint64 round = first.pubRound;
        if (!_isOpenFor(index, slot, round)) return false;
        PushEntry one = _entryOf(index, first, first.pubStatus);
        PushEntry other = _entryOf(index + 1, second, second.pubStatus);
        stored = _storePair(slot, one, other, round, first.pubTimeMs / 1000);
        if (!stored) return false;
        _tellProven(index, first);
        _tellProven(index + 1, second);
    }

    function _entryOf(uint256 index, ProvenLeaf memory leaf, uint8 status) private pure returns (PushEntry) {
        return PushEntryLibrary.pack(index, status, leaf.pubValue, leaf.pubConfidencePpb);
    }

    /// @dev A publication of before the newest key is stored as such, whoever vouches for it.
    function _eraOfPublication(uint64 round, bool byNewestKey) private view returns (uint8) {
        bool newest = byNewestKey && round >= _newest.firstRound;
        return newest ? FeedSlotLibrary.ERA_NEWEST : FeedSlotLibrary.ERA_LISTED;
    }

    function _tellProven(uint256 index, ProvenLeaf memory leaf) private {
        emit EntryProven(
            uint16(index), leaf.pubRound, leaf.pubStatus, leaf.pubValue, leaf.pubConfidencePpb, leaf.pubTimeMs
        );
    }
}
