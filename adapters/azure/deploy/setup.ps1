# A Service Bus namespace for live runs, by the Azure CLI alone.
# setup.ps1 [-Group NAME] [-Location NAME] [-Hours N]; it keeps no secret and prints none.
param(
    [string]$Group = 'rg-whitewater',
    [string]$Location = 'westeurope',
    [int]$Hours = 8
)
$ErrorActionPreference = 'Stop'

function Invoke-Az {
    $answer = & az @args
    if ($LASTEXITCODE -ne 0) { throw "az $($args[0..2] -join ' ') failed" }
    $answer
}

& az account show --output none 2>$null
if ($LASTEXITCODE -ne 0) { Invoke-Az login --output none }
Write-Host "subscription: $(Invoke-Az account show --query name --output tsv)"

$now = [DateTime]::UtcNow
$created = $now.ToString('yyyy-MM-ddTHH:mm:ssZ')
$expires = $now.AddHours($Hours).ToString('yyyy-MM-ddTHH:mm:ssZ')

# An existing group keeps its tags: only what this script made may be removed as a whole.
if ((Invoke-Az group exists --name $Group) -eq 'false') {
    Invoke-Az group create --name $Group --location $Location --output none `
        --tags owner=whitewater purpose=test "created=$created" "expires=$expires"
}

$principal = Invoke-Az ad signed-in-user show --query id --output tsv
$namespace = Invoke-Az deployment group create --resource-group $Group --name whitewater `
    --template-file (Join-Path $PSScriptRoot 'main.bicep') `
    --parameters "expires=$expires" "created=$created" "location=$Location" "principalId=$principal" `
    --query properties.outputs.fullyQualifiedNamespace.value --output tsv

Write-Host "expires:      $expires; about 0.11 USD for 8 hours (check the price)"
Write-Host "use it:       `$env:WHITEWATER_NAMESPACE = '$namespace'"
Write-Host "remove it:    npx whitewater azure teardown --resource-group $Group --yes"
