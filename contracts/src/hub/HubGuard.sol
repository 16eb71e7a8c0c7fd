// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IHubGuard} from "../interfaces/IHubGuard.sol";
import {FeedSlot, FeedSlotLibrary} from "../libraries/FeedSlot.sol";
import {HubKeys} from "./HubKeys.sol";

/// @dev The brake: who may stop feeds or the hub, and who may let them go on. Neither can set a value.
abstract contract HubGuard is HubKeys {
    modifier onlyGuardian() {
        if (msg.sender != guardian && msg.sender != owner) revert NotGuardian(msg.sender, guardian, owner);
        _;
    }

    /// @inheritdoc IHubGuard
    function setGuardian(address next) external onlyOwner {
        emit GuardianChanged(guardian, next);
        guardian = next;
    }

    /// @inheritdoc IHubGuard
    /// @custom:invariant frozenAnswersStand
    function freezeFeeds(uint16[] calldata indices) external onlyGuardian {
        for (uint256 i = 0; i < indices.length; i++) {
            FeedSlot slot = _knownSlot(indices[i]);
            if (slot.era() == FeedSlotLibrary.ERA_FROZEN) continue;
            uint256 first = _slotIndex(indices[i]);
            _setSlot(first, slot.withEra(FeedSlotLibrary.ERA_FROZEN));
            emit FeedFrozen(uint16(first), msg.sender);
            if (first >= PAIRS_FROM) emit FeedFrozen(uint16(first + 1), msg.sender);
        }
    }

    /// @inheritdoc IHubGuard
    function unfreezeFeeds(uint16[] calldata indices) external onlyOwner {
        for (uint256 i = 0; i < indices.length; i++) {
            FeedSlot slot = _knownSlot(indices[i]);
            if (slot.era() != FeedSlotLibrary.ERA_FROZEN) revert FeedNotFrozen(indices[i]);
            uint256 first = _slotIndex(indices[i]);
            // Whose key its round belongs to was forgotten: the next report finds it out again.
            _setSlot(first, slot.withEra(FeedSlotLibrary.ERA_LISTED));
            emit FeedUnfrozen(uint16(first));
            if (first >= PAIRS_FROM) emit FeedUnfrozen(uint16(first + 1));
        }
    }

    /// @inheritdoc IHubGuard
    function freezeHub() external onlyGuardian {
        if (_heldKeyX != 0) revert HubFrozen();
        if (_newest.groupKeyX == 0) revert NotConfigured();
        (_heldKeyX, _newest.groupKeyX, _pullKey) = (_newest.groupKeyX, 0, 0);
        emit HubWasFrozen(msg.sender);
    }

    /// @inheritdoc IHubGuard
    function unfreezeHub() external onlyOwner {
        if (_heldKeyX == 0) revert HubNotFrozen();
        (_newest.groupKeyX, _heldKeyX) = (_heldKeyX, 0);
        _pullKey = _pullKeyOf(_newest.groupKeyX, _newest.firstRound);
        emit HubWasUnfrozen();
    }

    /// @inheritdoc IHubGuard
    function hubFrozen() external view returns (bool) {
        return _heldKeyX != 0;
    }
}
