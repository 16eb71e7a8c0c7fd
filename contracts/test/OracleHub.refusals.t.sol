// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.34;

import {OracleHub} from "../src/OracleHub.sol";
import {IOracleHub} from "../src/interfaces/IOracleHub.sol";
import {IReportCodec} from "../src/interfaces/IReportCodec.sol";
import {SchnorrSigner} from "./support/SchnorrSigner.sol";
import {Entry, HubFixture} from "./support/HubFixture.sol";

/// @dev Every way in which a report can be wrong has its own error, and stores nothing.
contract OracleHubRefusalsTest is HubFixture {
    function setUp() public {
        deployHub(4);
        hub.submit(report(key, FIRST_ROUND + 10, two(entry(0, 1000), entry(1, 2000))));
    }

    function stateOfHub() private view returns (bytes32) {
        return keccak256(abi.encode(hub.answerAt(0), hub.answerAt(1), hub.answerAt(2), hub.answerAt(3)));
    }

    // -- Changed bytes

    /// @dev One altered byte is refused wherever it stands: the version and tags by comparison, the rest by signature.
    function testFuzz_anAlteredByteIsRefused(uint256 at, uint8 mask, uint64 round, int128 value) public {
        round = uint64(bound(round, FIRST_ROUND + 11, FIRST_ROUND + 900_000));
        bytes memory payload = report(key, round, two(entry(0, value), entry(3, -1)));
        at = bound(at, 0, payload.length - 1);
        mask = uint8(bound(mask, 1, 255));
        payload[at] ^= bytes1(mask);
        bytes32 before = stateOfHub();
        (bool accepted,) = address(hub).call(abi.encodeCall(hub.submit, (payload)));
        assertTrue(!accepted, "refused");
        assertEq32(stateOfHub(), before, "nothing was stored");
    }

    function test_everyBitOfAPayloadIsBound() public {
        bytes memory payload = report(key, FIRST_ROUND + 11, one(entry(0, 7)));
        for (uint256 bit = 0; bit < 8 * payload.length; bit++) {
            payload[bit / 8] ^= bytes1(uint8(2 ** (bit % 8)));
            (bool accepted,) = address(hub).call(abi.encodeCall(hub.submit, (payload)));
            assertTrue(!accepted, "refused");
            payload[bit / 8] ^= bytes1(uint8(2 ** (bit % 8)));
        }
        hub.submit(payload);
    }

    function test_aChangedValueMakesTheSignatureBad() public {
        Entry[] memory signed = one(entry(0, 7));
        bytes memory payload = report(key, FIRST_ROUND + 11, signed);
        signed[0].value = 8;
        payload[105 + 18] = bytes1(uint8(8));
        bytes32 digest = digestOf(NETWORK, FIRST_ROUND + 11, signed);
        submitExpecting(abi.encodeWithSelector(IOracleHub.BadSignature.selector, digest, key.x), payload);
    }

    // -- Other signers and networks

    function test_anotherKeyIsUnknown() public {
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.UnknownKey.selector, bytes4(uint32(otherKey.x)), bytes4(uint32(key.x))),
            report(otherKey, FIRST_ROUND + 11, one(entry(0, 7)))
        );
    }

    /// @dev Naming the right key does not help who does not hold it.
    function test_anotherKeyUnderTheRightNameHasABadSignature() public {
        SchnorrSigner.Key memory pretender = SchnorrSigner.Key({secret: otherKey.secret, x: key.x});
        Entry[] memory entries = one(entry(0, 7));
        bytes32 digest = digestOf(NETWORK, FIRST_ROUND + 11, entries);
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.BadSignature.selector, digest, key.x),
            report(pretender, FIRST_ROUND + 11, entries)
        );
    }

    function test_anotherNetworkIsNamed() public {
        bytes32 other = keccak256("another network");
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.WrongNetwork.selector, bytes4(other), bytes4(NETWORK)),
            reportAt(key, other, FIRST_ROUND + 11, timeOf(FIRST_ROUND + 11), one(entry(0, 7)))
        );
    }

    /// @dev The tag is a hint; what binds the network is the digest.
    function test_anotherNetworkUnderTheRightNameHasABadSignature() public {
        bytes32 other = bytes32(bytes4(NETWORK)) | (keccak256("another network") >> 32);
        Entry[] memory entries = one(entry(0, 7));
        bytes32 digest = digestOf(NETWORK, FIRST_ROUND + 11, entries);
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.BadSignature.selector, digest, key.x),
            reportAt(key, other, FIRST_ROUND + 11, timeOf(FIRST_ROUND + 11), entries)
        );
    }

    function test_aHubWithoutAKeyAcceptsNothing() public {
        hub = new OracleHub(NETWORK, address(this));
        hub.addFeeds(makeFeeds(0, 1));
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.NotConfigured.selector), report(key, FIRST_ROUND, one(entry(0, 7)))
        );
    }

    // -- Time

    function test_aReplayIsStale() public {
        bytes memory payload = report(key, FIRST_ROUND + 11, one(entry(0, 7)));
        hub.submit(payload);
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.StaleReport.selector, FIRST_ROUND + 11, FIRST_ROUND + 11), payload
        );
    }

    function testFuzz_anOlderReportIsStale(uint64 round) public {
        round = uint64(bound(round, FIRST_ROUND, FIRST_ROUND + 10));
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.StaleReport.selector, round, FIRST_ROUND + 10),
            report(key, round, two(entry(0, 7), entry(1, 8)))
        );
    }

    function test_aReportFromTheFutureIsRefused() public {
        uint64 round = FIRST_ROUND + 20;
        vm.warp(timeSecOf(round) - 31);
        uint256 maxMs = uint256(timeOf(round)) - 1000;
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.FutureReport.selector, timeOf(round), maxMs),
            report(key, round, one(entry(0, 7)))
        );
    }

    /// @dev Milliseconds count: 30.001 s ahead is too far.
    function test_oneMillisecondTooFarIsRefused() public {
        uint64 timeMs = timeOf(FIRST_ROUND + 20) + 1;
        vm.warp(timeSecOf(FIRST_ROUND + 20) - 30);
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.FutureReport.selector, timeMs, timeMs - 1),
            reportAt(key, NETWORK, FIRST_ROUND + 20, timeMs, one(entry(0, 7)))
        );
    }

    function test_aNewerRoundWithAnOlderTimeIsRefused() public {
        uint64 timeMs = timeOf(FIRST_ROUND + 9);
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.TimeBeforeStored.selector, 1, timeMs / 1000, timeSecOf(FIRST_ROUND + 10)),
            reportAt(key, NETWORK, FIRST_ROUND + 11, timeMs, one(entry(1, 7)))
        );
    }

    // -- Entries

    function test_anUnknownIndexIsRefused() public {
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, 4, 4),
            report(key, FIRST_ROUND + 11, two(entry(0, 7), entry(4, 7)))
        );
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.UnknownFeed.selector, type(uint16).max, 0),
            report(key, FIRST_ROUND + 11, one(entry(type(uint16).max, 7)))
        );
    }

    function test_entriesOutOfOrderAreRefused() public {
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.EntriesNotAscending.selector, 2, 1),
            report(key, FIRST_ROUND + 11, two(entry(2, 7), entry(1, 7)))
        );
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.EntriesNotAscending.selector, 2, 2),
            report(key, FIRST_ROUND + 11, two(entry(2, 7), entry(2, 7)))
        );
        // Feeds that the newest key has spoken of before go another way.
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.EntriesNotAscending.selector, 1, 0),
            report(key, FIRST_ROUND + 11, two(entry(1, 7), entry(0, 7)))
        );
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.EntriesNotAscending.selector, 1, 1),
            report(key, FIRST_ROUND + 11, two(entry(1, 7), entry(1, 8)))
        );
    }

    function testFuzz_otherStatusesAreRefused(uint8 status) public {
        vm.assume(status == 0 || status > 3);
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.BadStatus.selector, 3, status),
            report(key, FIRST_ROUND + 11, two(entry(0, 7), Entry(3, status, 7, 7)))
        );
    }

    /// @dev Even in an entry that would be skipped: the nodes never sign such a status.
    function test_anotherStatusInAStaleEntryIsRefused() public {
        submitExpecting(
            abi.encodeWithSelector(IOracleHub.BadStatus.selector, 0, 0),
            report(key, FIRST_ROUND + 10, two(Entry(0, 0, 7, 7), entry(3, 7)))
        );
    }

    // -- Length

    function test_anotherStatusInEitherHalfOfAPairIsRefused() public {
        hub.addPairs(makeFeeds(100, 2));
        uint16 first = 2 ** 15;
        for (uint16 i = 0; i < 2; i++) {
            Entry[] memory both = pair(first, 7, 7);
            both[i].status = 4;
            submitExpecting(
                abi.encodeWithSelector(IOracleHub.BadStatus.selector, first + i, 4),
                report(key, FIRST_ROUND + 11, join(entry(0, 7), both))
            );
        }
    }

    function testFuzz_aTruncatedPayloadIsRefused(uint256 length) public {
        bytes memory payload = report(key, FIRST_ROUND + 11, two(entry(0, 7), entry(3, 7)));
        length = bound(length, 0, payload.length - 1);
        bytes memory cut = new bytes(length);
        for (uint256 i = 0; i < length; i++) {
            cut[i] = payload[i];
        }
        if (length == 105) {
            vm.expectRevert(abi.encodeWithSelector(IReportCodec.EmptyPush.selector));
        } else if (length == 128) {
            // A whole entry less: well-formed, and not what was signed.
            bytes32 digest = digestOf(NETWORK, FIRST_ROUND + 11, one(entry(0, 7)));
            vm.expectRevert(abi.encodeWithSelector(IOracleHub.BadSignature.selector, digest, key.x));
        } else {
            uint256 wanted = length < 105 ? 105 : length < 128 ? 128 : 151;
            vm.expectRevert(abi.encodeWithSelector(IReportCodec.TruncatedPayload.selector, length, wanted));
        }
        hub.submit(cut);
    }

    function test_aByteTooManyIsRefused() public {
        bytes memory payload = bytes.concat(report(key, FIRST_ROUND + 11, one(entry(0, 7))), hex"00");
        submitExpecting(abi.encodeWithSelector(IReportCodec.TruncatedPayload.selector, 129, 151), payload);
    }

    function test_anEmptyPushCannotBeSubmitted() public {
        submitExpecting(
            abi.encodeWithSelector(IReportCodec.EmptyPush.selector), report(key, FIRST_ROUND + 11, new Entry[](0))
        );
    }

    function test_anotherVersionIsRefused() public {
        bytes memory payload = report(key, FIRST_ROUND + 11, one(entry(0, 7)));
        payload[0] = 0x02;
        submitExpecting(abi.encodeWithSelector(IReportCodec.UnknownVersion.selector, 2, 1), payload);
    }

    /// @dev The way for bare payloads takes no look at money until something is wrong.
    function test_moneyIsRefusedWithItsReason() public {
        bytes memory payload = report(key, FIRST_ROUND + 11, one(entry(0, 7)));
        (bool accepted, bytes memory reason) = address(hub).call{value: 1}(payload);
        assertTrue(!accepted, "accepted");
        assertEq32(keccak256(reason), keccak256(abi.encodeWithSelector(IReportCodec.ValueSent.selector, 1)), "reason");
        (accepted,) = address(hub).call(payload);
        assertTrue(accepted, "without money");
    }
}
