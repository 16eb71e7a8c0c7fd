// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {FeedReader} from "../../src/FeedReader.sol";
import {IFeedReader} from "../../src/interfaces/IFeedReader.sol";
import {IMarketReader} from "../../src/interfaces/IMarketReader.sol";
import {MarketReader} from "../../src/readers/MarketReader.sol";
import {SurfaceStub} from "../support/MarketStubs.sol";
import {ReaderFixture} from "../support/ReaderFixture.sol";

contract MarketReaderTest is ReaderFixture {
    uint64 private constant EXPIRY = 1_900_000_000;
    uint256 private constant MIN_CONFIDENCE = 0.9e18;
    uint16 private rateIndex;
    SurfaceStub private surface;
    MarketReader private market;
    FeedReader private spot;
    FeedReader private rate;

    function setUp() public {
        deployNamedHub();
        rateIndex = addNamedFeed("USD.rate-30d", 9);
        surface = new SurfaceStub();
        spot = deployReader(plain(IFeedReader.OnBadAnswer.Raw));
        rate = new FeedReader(hub, rateIndex, "USD.rate-30d", plain(IFeedReader.OnBadAnswer.Raw));
        market = new MarketReader(spot, rate, surface, MIN_CONFIDENCE);
        vm.warp(timeSecOf(FIRST_ROUND));
    }

    function lowConfidence(uint256 given) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IMarketReader.LowConfidence.selector, given, MIN_CONFIDENCE);
    }

    function test_itSaysWhatItReads() public {
        assertEq(uint160(address(market.spotReader())), uint160(address(spot)), "spot");
        assertEq(uint160(address(market.rateReader())), uint160(address(rate)), "rate");
        assertEq(uint160(address(market.surface())), uint160(address(surface)), "surface");
        assertEq(market.minConfidence(), MIN_CONFIDENCE, "minConfidence");
        vm.expectRevert(abi.encodeWithSelector(IMarketReader.MinConfidenceTooHigh.selector, 1e18 + 1, 1e18));
        new MarketReader(spot, rate, surface, 1e18 + 1);
    }

    function testFuzz_spotIsAtEighteenDecimalsWithItsConfidence(uint96 value, uint32 ppb) public {
        vm.assume(value != 0);
        publishInto(INDEX, FIRST_ROUND, 1, int128(uint128(value)), ppb);
        uint256 wanted = ppb < 1e9 ? 1e18 - uint256(ppb) * 1e9 : 0;
        if (wanted < MIN_CONFIDENCE) {
            vm.expectRevert(lowConfidence(wanted));
            market.getSpot();
            return;
        }
        (uint256 price, uint256 confidence) = market.getSpot();
        assertEq(price, uint256(value) * 1e10, "price");
        assertEq(confidence, wanted, "confidence");
    }

    function testFuzz_theRateKeepsItsSignAndItsDoubtIsAbsolute(int64 value, uint32 ppb) public {
        value = int64(int256(bound(uint256(uint64(value)), 0, 1e9))) - 0.5e9;
        publishInto(rateIndex, FIRST_ROUND, 1, value, ppb);
        uint256 size = uint256(int256(value < 0 ? -value : value)) * 1e9;
        uint256 doubt = size * ppb / 1e9;
        uint256 wanted = doubt < 1e18 ? 1e18 - doubt : 0;
        if (wanted < MIN_CONFIDENCE) {
            vm.expectRevert(lowConfidence(wanted));
            market.getInterestRate(EXPIRY);
            return;
        }
        (int256 given, uint256 confidence) = market.getInterestRate(EXPIRY);
        assertEqInt(given, int256(value) * 1e9, "rate");
        assertEq(confidence, wanted, "confidence");
    }

    function testFuzz_forwardsAndVolsComeFromTheSurface(uint128 forward, uint128 vol, uint64 confidence) public {
        confidence = uint64(bound(confidence, 0, 1e18));
        surface.set(forward, vol, confidence);
        if (confidence < MIN_CONFIDENCE) {
            vm.expectRevert(lowConfidence(confidence));
            market.getForwardPrice(EXPIRY);
            vm.expectRevert(lowConfidence(confidence));
            market.getVol(1e18, EXPIRY);
            return;
        }
        (uint256 given, uint256 certain) = market.getForwardPrice(EXPIRY);
        assertEq(given, forward, "forward");
        assertEq(certain, confidence, "confidence");
        (given, certain) = market.getVol(1e18, EXPIRY);
        assertEq(given, vol, "vol");
        assertEq(certain, confidence, "confidence");
    }

    /// @dev Even where the readers themselves would show anything.
    function test_badAnswersRevert() public {
        bytes memory none = abi.encodeWithSelector(IFeedReader.NoAnswer.selector, INDEX);
        vm.expectRevert(none);
        market.getSpot();
        vm.expectRevert(abi.encodeWithSelector(IFeedReader.NoAnswer.selector, rateIndex));
        market.getInterestRate(EXPIRY);
        publish(FIRST_ROUND, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IFeedReader.NotPositive.selector, int256(0)));
        market.getSpot();
        publish(FIRST_ROUND + 1, 3, 0);
        vm.expectRevert(abi.encodeWithSelector(IFeedReader.BadAnswerStatus.selector, 3, 1));
        market.getSpot();
        surface.setRefusing(true);
        vm.expectRevert(abi.encodeWithSelector(SurfaceStub.Refused.selector));
        market.getForwardPrice(EXPIRY);
        vm.expectRevert(abi.encodeWithSelector(SurfaceStub.Refused.selector));
        market.getVol(1e18, EXPIRY);
    }

    /// @dev Who wants certainty gets what is certain, and what is just certain enough passes.
    function test_theConfidenceWantedIsEnough() public {
        MarketReader strict = new MarketReader(spot, rate, surface, 1e18);
        publishInto(INDEX, FIRST_ROUND, 1, 5, 0);
        (, uint256 confidence) = strict.getSpot();
        assertEq(confidence, 1e18, "no doubt");
        publishInto(INDEX, FIRST_ROUND + 1, 1, 5, uint32((1e18 - MIN_CONFIDENCE) / 1e9));
        (, confidence) = market.getSpot();
        assertEq(confidence, MIN_CONFIDENCE, "just enough");
    }

    function test_oneDecimalMoreIsCut() public {
        uint16 fine = addNamedFeed("fine", 19);
        FeedReader reader = new FeedReader(hub, fine, "fine", plain(IFeedReader.OnBadAnswer.Revert));
        publishInto(fine, FIRST_ROUND, 1, 1_9, 0);
        (uint256 price,) = new MarketReader(reader, reader, surface, 0).getSpot();
        assertEq(price, 1, "spot");
        publishInto(fine, FIRST_ROUND + 1, 1, 1_0, 0);
        (price,) = new MarketReader(reader, reader, surface, 0).getSpot();
        assertEq(price, 1, "spot of one");
    }

    /// @dev Feeds may have up to 30 decimals; what lies beyond 18 is cut towards zero.
    function test_finerFeedsAreCutTowardsZero() public {
        uint16 fine = addNamedFeed("fine", 20);
        FeedReader reader = new FeedReader(hub, fine, "fine", plain(IFeedReader.OnBadAnswer.Revert));
        MarketReader other = new MarketReader(reader, reader, surface, 0);
        publishInto(fine, FIRST_ROUND, 1, -1_99, 0);
        (int256 given,) = other.getInterestRate(EXPIRY);
        assertEqInt(given, -1, "rate");
        publishInto(fine, FIRST_ROUND + 1, 1, 1_99, 0);
        (uint256 price,) = other.getSpot();
        assertEq(price, 1, "spot");
        publishInto(fine, FIRST_ROUND + 2, 1, 99, 0);
        vm.expectRevert(abi.encodeWithSelector(IFeedReader.NotPositive.selector, int256(99)));
        other.getSpot();
    }
}
