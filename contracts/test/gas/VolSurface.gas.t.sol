// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {VolSurface} from "../../src/VolSurface.sol";
import {SignedSurfaceFixture} from "../support/SurfaceFixture.sol";

contract ColdReader {
    function read(VolSurface surface, uint256 strike, uint64 expirySec) external view returns (uint256 vol) {
        (vol,) = surface.impliedVol(strike, expirySec);
    }
}

contract VolSurfaceGasTest is SignedSurfaceFixture {
    function setUp() public {
        deploySigned();
        storeSigned(100, listed(11, 0.5e18));
        storeSigned(101, listed(11, 0.51e18));
    }

    function test_anUpdateOfElevenExpiriesStaysWithinItsBudget() public {
        storeSigned(102, listed(11, 0.52e18));
        uint256 gas = vm.snapshotGasLastCall("VolSurface", "update of 11 expiries, third update");
        assertAtMost(gas, 150_000, "gas");
    }

    function test_readImpliedVol() public {
        ColdReader reader = new ColdReader();
        reader.read(surface, 100_000e18, AGREED_SEC + 8 hours + 3 days + 1000);
        assertAtMost(vm.snapshotGasLastCall("VolSurface", "read impliedVol between two expiries"), 1_000_000, "gas");
        reader.read(surface, 100_000e18, AGREED_SEC + 8 hours + 200 days);
        vm.snapshotGasLastCall("VolSurface", "read impliedVol between two late expiries");
        reader.read(surface, 100_000e18, AGREED_SEC + 8 hours + 3 days);
        vm.snapshotGasLastCall("VolSurface", "read impliedVol at an expiry");
    }
}
