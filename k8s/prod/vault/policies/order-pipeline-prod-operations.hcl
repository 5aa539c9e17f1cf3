path "kv/data/order-pipeline-prod/redis-url" {
  capabilities = ["read"]
}

path "kv/data/order-pipeline-prod/oidc-client-secret" {
  capabilities = ["read"]
}

path "kv/data/order-pipeline-prod/session-secret" {
  capabilities = ["read"]
}

path "aws/creds/order-pipeline-prod-operations" {
  capabilities = ["read"]
}
