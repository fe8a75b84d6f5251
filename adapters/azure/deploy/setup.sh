#!/usr/bin/env bash
# A Service Bus namespace for live runs, by the Azure CLI alone.
# setup.sh [GROUP] [LOCATION] [HOURS]; it asks for nothing, keeps no secret and prints none.
set -euo pipefail

group=${1:-rg-whitewater}
location=${2:-westeurope}
hours=${3:-8}
here=$(cd "$(dirname "$0")" && pwd)

if ! az account show --output none 2>/dev/null; then
  az login --output none
fi
echo "subscription: $(az account show --query name --output tsv)"

now=$(date -u +%s)
stamp() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -r "$1" +%Y-%m-%dT%H:%M:%SZ; }
created=$(stamp "$now")
expires=$(stamp "$((now + hours * 3600))")

# An existing group keeps its tags: only what this script made may be removed as a whole.
there=$(az group exists --name "$group")
if [ "$there" = false ]; then
  az group create --name "$group" --location "$location" --output none \
    --tags owner=whitewater purpose=test "created=$created" "expires=$expires"
fi

principal=$(az ad signed-in-user show --query id --output tsv)
namespace=$(az deployment group create --resource-group "$group" --name whitewater \
  --template-file "$here/main.bicep" \
  --parameters "expires=$expires" "created=$created" "location=$location" \
  "principalId=$principal" \
  --query properties.outputs.fullyQualifiedNamespace.value --output tsv)

echo "expires:      $expires; about 0.11 USD for 8 hours (check the price)"
echo "use it:       export WHITEWATER_NAMESPACE=$namespace"
echo "remove it:    npx whitewater azure teardown --resource-group $group --yes"
