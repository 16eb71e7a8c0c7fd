// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {IReportVerifier} from "../../src/interfaces/IReportVerifier.sol";
import {Svi} from "../../src/libraries/SviMath.sol";
import {CredulousVerifier} from "./CredulousVerifier.sol";
import {SignedSlice, SurfaceFixture} from "./SurfaceFixture.sol";

abstract contract VolSurfaceRefusalsCase is SurfaceFixture {
    SignedSlice[] internal three;
    bytes32 internal storedState;

    function setUp() public {
        deploySurface(new CredulousVerifier());
        SignedSlice[] memory list = listed(3, 0.5e18);
        for (uint256 i = 0; i < 3; i++) {
            three.push(list[i]);
        }
        store(10, list);
        storedState = stateHash();
    }

    function stateHash() internal view returns (bytes32) {
        (uint256 timeMs, uint256 dispersion) = surface.state();
        return keccak256(abi.encode(timeMs, dispersion, surface.slices()));
    }

    function assertUntouched() internal view {
        assertEq32(stateHash(), storedState, "the stored surface");
    }

    /// @dev With the second slice replaced by this curve.
    function refuseCurve(bytes memory revertData, Svi memory svi) internal {
        SignedSlice[] memory list = three;
        list[1].svi = svi;
        storeExpecting(revertData, 11, list);
        assertUntouched();
    }

    function expiryMs() internal view returns (uint256) {
        return three[1].expiryMs;
    }

    function usual() internal view returns (Svi memory) {
        return three[1].svi;
    }

    function refuseList(bytes memory revertData, SignedSlice[] memory list) internal {
        storeExpecting(revertData, 11, list);
        assertUntouched();
    }

    function refuseLeaf(bytes memory revertData, IReportVerifier.ProvenLeaf memory leaf) internal {
        vm.expectRevert(revertData);
        surface.update(believed(leaf), encodeDetail(11, three));
        assertUntouched();
    }

    function goodLeaf() internal view returns (IReportVerifier.ProvenLeaf memory) {
        return leafOf(hashDetail(11, three), AGREED_MS + 11);
    }

    function refuseDetail(bytes memory revertData, bytes memory detail) internal {
        IReportVerifier.ProvenLeaf memory leaf = goodLeaf();
        vm.expectRevert(revertData);
        surface.update(believed(leaf), detail);
        assertUntouched();
    }
}
