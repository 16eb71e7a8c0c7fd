// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {VolSurface} from "../../src/VolSurface.sol";
import {ISviSurface} from "../../src/interfaces/ISviSurface.sol";
import {Svi} from "../../src/libraries/SviMath.sol";
import {SchnorrSigner} from "../support/SchnorrSigner.sol";
import {SignedSlice, SignedSurfaceFixture} from "../support/SurfaceFixture.sol";

/// @dev What the world may do to a surface: carry surfaces of any age, by the right key or another, whole or damaged,
///      challenge them, let time pass and read. Keeps a ledger of what was rightly signed.
contract SurfaceHandler is SignedSurfaceFixture {
    uint64 private constant ROUNDS = 5000;

    /// @dev By the time of an agreement.
    mapping(uint256 timeMs => SignedSlice[]) private _signed;

    uint256 public timeBefore;
    uint256 public accepted;
    uint256 public refused;
    uint256 public frozen;
    uint256 public answered;
    uint256 public unanswered;
    /// @dev Answers that should have been refusals.
    uint256 public badAnswers;
    /// @dev Challenges that succeeded against a smile without arbitrage.
    uint256 public wronglyFrozen;

    constructor() {
        deploySigned();
        feedsInReport = 5;
        vm.warp(timeSecOf(uint64(FIRST_ROUND)) + 10);
    }

    function theSurface() external view returns (VolSurface) {
        return surface;
    }

    function signedAt(uint256 timeMs) external view returns (SignedSlice[] memory) {
        return _signed[timeMs];
    }

    /// @dev From an hour ago to a minute ahead of the block.
    function roundNear(uint256 dice) private view returns (uint48) {
        uint256 last = (block.timestamp * 1000 - T0_MS) / SLOT_MS + FIRST_ROUND + 60;
        return uint48(bound(dice, last > FIRST_ROUND + 3600 ? last - 3600 : FIRST_ROUND, last));
    }

    /// @dev Smiles from ten minutes to two years, and sometimes one that holds a butterfly arbitrage.
    function draw(uint256 dice, uint48 round) private pure returns (SignedSlice[] memory list) {
        bool isFaulty = dice % 7 == 3;
        list = new SignedSlice[](isFaulty ? 1 : 1 + (dice >> 8) % 6);
        uint256 minute = timeOf(round) / 60_000 + 10;
        for (uint256 i = 0; i < list.length; i++) {
            uint256 expiryMs = minute * 60_000;
            uint256 theta = 0.3e18 * 0.3e18 / 1e18 * (expiryMs - timeOf(round)) / (365 days * 1000);
            int256 rho = int256((dice >> 16) % 1.8e18) - 0.9e18;
            list[i] = SignedSlice(
                uint48(expiryMs), uint64(9e12 + (dice >> 32) % 1e12), smile(theta, rho, 0.1e18 + (dice >> 64) % 0.9e18)
            );
            minute += 1 + (uint256(keccak256(abi.encode(dice, i))) % 200_000);
        }
        if (isFaulty) list[0].svi = Svi({a: -0.041e18, b: 0.1331e18, rho: 0.306e18, m: 0.3586e18, sigma: 0.4153e18});
    }

    function carry(SchnorrSigner.Key memory signer, uint256 dice, bool isDamaged, bool isOurs) private {
        (timeBefore,) = surface.state();
        uint48 round = roundNear(dice >> 128);
        // One surface a round, as the nodes agree on one.
        SignedSlice[] memory list = draw(uint256(keccak256(abi.encode(round))), round);
        bytes memory proof = prove(signer, reportWith(round, list), ITS_LEAF);
        bytes memory detail = encodeDetail(round, list);
        if (isDamaged) {
            if (dice % 2 == 0) proof[dice % proof.length] ^= 0x10;
            else detail[dice % detail.length] ^= 0x10;
        } else if (isOurs) {
            delete _signed[timeOf(round)];
            for (uint256 i = 0; i < list.length; i++) {
                _signed[timeOf(round)].push(list[i]);
            }
        }
        (bool isTaken,) = address(surface).call(abi.encodeCall(surface.update, (proof, detail)));
        bool isNew = timeOf(round) > timeBefore && timeOf(round) <= (block.timestamp + 30) * 1000;
        assertTrue(isTaken == (isNew && !isDamaged && isOurs), "taken exactly what is signed and newer");
        if (isTaken) accepted++;
        else refused++;
    }

    function updateSigned(uint256 dice) external {
        carry(key, dice, false, true);
    }

    function updateByTheWrongKey(uint256 dice) external {
        carry(otherKey, dice, false, false);
    }

    function updateDamaged(uint256 dice) external {
        carry(key, dice, true, true);
    }

    function letTimePass(uint256 sec) external {
        (timeBefore,) = surface.state();
        uint256 next = block.timestamp + bound(sec, 1, 900);
        if (next < timeSecOf(uint64(FIRST_ROUND) + ROUNDS * 100)) vm.warp(next);
    }

    function challenge(uint256 which, int256 k) external {
        (timeBefore,) = surface.state();
        ISviSurface.Slice[] memory list = surface.slices();
        if (list.length == 0) return;
        k = int256(bound(uint256(k), 0, 2 * uint256(WING_CUT))) - WING_CUT;
        ISviSurface.Slice memory one = list[which % list.length];
        (bool isTaken,) = address(surface).call(abi.encodeCall(surface.challenge, (one.expirySec, k)));
        if (!isTaken) return;
        frozen++;
        // Of what is drawn here, only Vogt's slice has a fault of its own; it is the last, and may cross no other.
        if (one.a >= -0.04e18) wronglyFrozen++;
    }

    function read(uint256 which, uint256 strike, uint256 ahead) external {
        (timeBefore,) = surface.state();
        ISviSurface.Slice[] memory list = surface.slices();
        if (list.length == 0) return;
        uint256 i = which % list.length;
        uint256 sec = list[i].expirySec + (which % 3 == 0 ? 0 : bound(ahead, 1, 86_400));
        strike = bound(strike, 60_000e18, 150_000e18);
        (bool isAnswered,) = address(surface).staticcall(abi.encodeCall(surface.impliedVol, (strike, uint64(sec))));
        if (!isAnswered) {
            unanswered++;
            return;
        }
        answered++;
        (uint256 timeMs,) = surface.state();
        bool isFresh = block.timestamp <= timeMs / 1000 + MAX_AGE_SEC && sec > block.timestamp;
        for (uint256 j = 0; j < list.length; j++) {
            bool isNeeded =
                list[j].expirySec == sec || (list[j].expirySec > sec && j > 0 && list[j - 1].expirySec < sec);
            if (!isNeeded) continue;
            bool isSound = !list[j].isFrozen;
            if (list[j].expirySec != sec) {
                isSound = isSound && !list[j - 1].isFrozen && list[j - 1].expirySec > block.timestamp;
            }
            if (isSound && isFresh) return;
        }
        badAnswers++;
    }
}
