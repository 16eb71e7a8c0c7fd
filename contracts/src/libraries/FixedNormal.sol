// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FixedPointMathLib} from "solady/utils/FixedPointMathLib.sol";

/// @title The distribution function of the standard normal in units of 1e-18
/// @notice W. J. Cody, "Rational Chebyshev approximations for the error function", Math. Comp. 23 (1969), 631-637: his
///         first two forms, coefficients rounded to 2^-96. His third, for arguments beyond 4, is not needed: there the
///         second one is wrong by 1e-25 at most as long as the result is not yet zero.
///         Absolute error at most 2e-18. Bit for bit the same as src/quant/fixed-normal.ts.
library FixedNormal {
    int256 private constant WAD = 1e18;
    /// @dev Beyond this the tail is below 1e-18 anyway; it keeps the products below inside 256 bits.
    int256 private constant SATURATES_AT = 9.2e18;
    /// @dev 0.46875·√2, the joint of the two forms.
    int256 private constant CENTRE_MAX = 662912607362388304;
    /// @dev 2^160/(10^18·√2): from units of 1e-18 to x = z/√2 in units of 2^-96, times 2^64.
    int256 private constant TO_ERF_ARGUMENT = 1033437718471923706666374484007;

    /// @notice Φ(z). Φ(-z) + Φ(z) is 1e18 exactly; never falls where z rises.
    /// @param z standard deviations in units of 1e-18, any
    /// @return 0 .. 1 in units of 1e-18
    function cdf(int256 z) internal pure returns (int256) {
        unchecked {
            if (z <= -SATURATES_AT) return 0;
            if (z >= SATURATES_AT) return WAD;
            return z < 0 ? _upperTail(-z) : WAD - _upperTail(z);
        }
    }

    /// @dev 1 - Φ(z) for 0 <= z < SATURATES_AT. No product leaves int256: x < 2^99, polynomials < 2^120, z < 2^63.
    function _upperTail(int256 z) private pure returns (int256) {
        unchecked {
            int256 x = (z * TO_ERF_ARGUMENT) >> 64;
            if (z <= CENTRE_MAX) return WAD / 2 - ((x * _erfOverX((x * x) >> 96) * WAD) >> 193);
            return (FixedPointMathLib.expWad(-((z * z) / (2 * WAD))) * _scaledTail(x)) >> 97;
        }
    }

    /// @dev erf(x)/x in y = x², x <= 0.46875, units of 2^-96.
    function _erfOverX(int256 y) private pure returns (int256) {
        unchecked {
            int256 p = ((14718826297120989522267759699 * y) >> 96) + 250450025707076886581247306537;
            p = ((p * y) >> 96) + 9021247709628648039832258185568;
            p = ((p * y) >> 96) + 29907461758066809248288739643583;
            p = ((p * y) >> 96) + 254273089201900539567074195561367;
            int256 q = y + 1869886915118756548372537195370;
            q = ((q * y) >> 96) + 19333623671754657102261355670280;
            q = ((q * y) >> 96) + 101619350571539213703861705930579;
            q = ((q * y) >> 96) + 225343658068775198134754514534820;
            return (p << 96) / q;
        }
    }

    /// @dev exp(x²)·erfc(x) for x >= 0.46875, units of 2^-96.
    function _scaledTail(int256 x) private pure returns (int256) {
        unchecked {
            int256 p = ((1705873732376185893130 * x) >> 96) + 44699617928096889657622007068;
            p = ((p * x) >> 96) + 703795635548356084646586573679;
            p = ((p * x) >> 96) + 5238501981111082014200872273705;
            p = ((p * x) >> 96) + 23660313261573407084931655127250;
            p = ((p * x) >> 96) + 69875453914359297475165683179393;
            p = ((p * x) >> 96) + 135642386485930422071542593601050;
            p = ((p * x) >> 96) + 162503171047897661573903448657807;
            p = ((p * x) >> 96) + 97477526349630856709014805599722;
            int256 q = x + 1247441564674402715388308782874;
            q = ((q * x) >> 96) + 9324675468162752757284751900729;
            q = ((q * x) >> 96) + 42559871637914902192057554356857;
            q = ((q * x) >> 96) + 128459716712703645722747745966674;
            q = ((q * x) >> 96) + 260723976650507417503908363478143;
            q = ((q * x) >> 96) + 345642294261701205763986324339402;
            q = ((q * x) >> 96) + 272494781033366128060994607876358;
            q = ((q * x) >> 96) + 97477526350086590568584481494497;
            return (p << 96) / q;
        }
    }
}
