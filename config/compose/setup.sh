#!/bin/sh
# One-shot service: keys for every member, the hub on the chain, and the network file that all nodes read. A second start
# finds the file and does nothing. In a real network each operator runs `tenor keys init` at home; see docs/operations.md.
#
#   SETUP_DIR      holds network/ and node1/, node2/, …
#   SETUP_RPC      RPC of the devnet's chain, which holds the owner's account
#   SETUP_MEMBERS  where members find each other, in the order of their ids: "/dns4/node1/tcp/4001 …"
#   SETUP_FEEDS    definition files, with commas
#   SETUP_SLOT_MS  time between two rounds
set -eu
network="$SETUP_DIR/network"
if [ -e "$network/network.yaml" ]; then
  echo "setup: $network/network.yaml is there already"
  exit 0
fi

id=0
members=""
funds=""
for address in $SETUP_MEMBERS; do
  id=$((id + 1))
  home="$SETUP_DIR/node$id"
  entry="$network/member$id.json"
  # A start that was cut off half-way made some keys already.
  if [ ! -e "$home/keys/keystore.json" ]; then
    tenor keys init --dir "$home/keys" --passphrase-file "$home/passphrase" --new-passphrase >/dev/null
  fi
  tenor keys show --dir "$home/keys" --member "$id" --address "$address" >"$entry"
  members="$members --member @$entry"
  funds="$funds --fund $(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).transmitter' "$entry")"
done
echo "setup: $id members"

network_id="$(tenor network id tenor-compose/1)"
# shellcheck disable=SC2086 # lists of options
tenor hub deploy --rpc "$SETUP_RPC" --network-id "$network_id" --feeds "$SETUP_FEEDS" $funds >"$network/deployment.json"
hub="$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1], "utf8")).hub' "$network/deployment.json")"
echo "setup: hub $hub"

# shellcheck disable=SC2086
tenor network create --name compose --network-id "$network_id" --hub "$hub" --chain-id 31337 --slot-ms "$SETUP_SLOT_MS" \
  --feeds "$SETUP_FEEDS" $members --out "$network/network.yaml"
