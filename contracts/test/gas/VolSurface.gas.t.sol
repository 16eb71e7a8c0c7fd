// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {VolSurface} from "../../src/VolSurface.sol";
import {SignedSlice, SignedSurfaceFixture} from "../support/SurfaceFixture.sol";

/// @dev A consumer: its reads of the surface count the cold account and its own call.
contract ColdReader {
    VolSurface private immutable SURFACE;

    constructor(VolSurface surface) {
        SURFACE = surface;
    }

    function impliedVol(uint256 strike, uint64 expirySec) external view returns (uint256 vol) {
        (vol,) = SURFACE.impliedVol(strike, expirySec);
    }

    function forwardAt(uint64 expirySec) external view returns (uint256 forward) {
        (forward,) = SURFACE.forwardAt(expirySec);
    }
}

contract VolSurfaceGasTest is SignedSurfaceFixture {
    /// @dev Of eleven expiries 150 000 in all, of which the hub may spend 10 500 on a proof.
    uint256 private constant UPDATE_WITHOUT_PROOF_MAX = 139_500;
    uint256 private constant READ_MAX = 15_000;
    uint64 private constant EIGHT_O_CLOCK = AGREED_SEC + 8 hours;

    ColdReader private reader;

    function setUp() public {
        deploySigned();
        storeSigned(100, listed(11, 0.5e18));
        storeSigned(101, listed(11, 0.51e18));
        vm.warp(timeSecOf(102) + 5);
        reader = new ColdReader(surface);
    }

    function test_anUpdateOfElevenExpiriesStaysWithinItsBudget() public {
        SignedSlice[] memory list = listed(11, 0.52e18);
        bytes memory proof = proofIn(reportWith(102, list));
        surface.update(proof, encodeDetail(102, list));
        uint256 gas = vm.snapshotGasLastCall("VolSurface", "update of 11 expiries, third update");
        hub.verify(proof);
        assertAtMost(gas - vm.lastCallGas().gasTotalUsed, UPDATE_WITHOUT_PROOF_MAX, "gas beside the proof");
    }

    function test_anUpdateOfOneExpiry() public {
        storeSigned(102, listed(1, 0.52e18));
        vm.snapshotGasLastCall("VolSurface", "update of 1 expiry, third update");
    }

    function test_readsStayWithinTheirBudget() public {
        reader.impliedVol(100_000e18, EIGHT_O_CLOCK + 3 days + 1000);
        uint256 gas = vm.snapshotGasLastCall("VolSurface", "read impliedVol between two of the first eight expiries");
        assertAtMost(gas, READ_MAX, "gas");
        reader.impliedVol(100_000e18, EIGHT_O_CLOCK + 3 days);
        gas = vm.snapshotGasLastCall("VolSurface", "read impliedVol at an expiry");
        assertAtMost(gas, READ_MAX, "gas");
    }

    function test_readsOfWhatIsFarAway() public {
        reader.impliedVol(100_000e18, EIGHT_O_CLOCK + 200 days);
        vm.snapshotGasLastCall("VolSurface", "read impliedVol between two expiries behind the eighth");
        reader.forwardAt(EIGHT_O_CLOCK + 3 days + 1000);
        vm.snapshotGasLastCall("VolSurface", "read forwardAt between two expiries");
    }

    function test_aChallenge() public {
        SignedSlice[] memory two = listed(2, 0.52e18);
        two[1].expiryMs = AGREED_MS - 250 + 365 days * 1000;
        two[1].svi.a = -0.041e18;
        two[1].svi.b = 0.1331e18;
        two[1].svi.rho = 0.306e18;
        two[1].svi.m = 0.3586e18;
        two[1].svi.sigma = 0.4153e18;
        storeSigned(102, two);
        surface.challenge(uint64(two[1].expiryMs / 1000), 0.9e18);
        vm.snapshotGasLastCall("VolSurface", "challenge of a butterfly");
    }
}
