path "kv/data/order-pipeline-prod/jwt-secret" {
  capabilities = ["read"]
}

path "kv/data/order-pipeline-prod/url-signing-keys" {
  capabilities = ["read"]
}

path "kv/data/order-pipeline-prod/redis-url" {
  capabilities = ["read"]
}

path "aws/creds/order-pipeline-prod-order-api" {
  capabilities = ["read"]
}
