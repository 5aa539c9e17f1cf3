#!/usr/bin/env sh
# Applies an environment's policies and roles to Vault: k8s/vault-apply.sh prod
# Needs the vault CLI, VAULT_ADDR and a token that may write policies and roles. Mounts as in k8s/src/settings/clusters.ts.
set -eu
environment=${1:?usage: k8s/vault-apply.sh ENVIRONMENT}
folder=$(dirname "$0")/$environment/vault
[ -d "$folder" ] || { echo "vault-apply: there is no $folder" >&2; exit 1; }
for file in "$folder"/policies/*.hcl; do
  vault policy write "$(basename "$file" .hcl)" "$file"
done
for file in "$folder"/kubernetes-roles/*.json; do
  vault write "auth/${VAULT_KUBERNETES_MOUNT:-kubernetes}/role/$(basename "$file" .json)" "@$file"
done
for file in "$folder"/aws-roles/*.json; do
  vault write "${VAULT_AWS_MOUNT:-aws}/roles/$(basename "$file" .json)" "@$file"
done
