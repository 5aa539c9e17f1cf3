/**
 * Signature Version 4 of requests that all look alike: `POST /` with a JSON body. The general signer of the SDK
 * prepares headers, query and path for every request; here they are known, and the key of the day is kept.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

/** Credentials that sign a request. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** The request to sign. Header names are in lower case. */
export interface SignableRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Scope in which a signature is valid. */
export interface SigningScope {
  readonly region: string;
  readonly service: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Signs requests of one service in one region. */
export class RequestSigner {
  readonly #scope: SigningScope;
  #day = '';
  #secret = '';
  #key: KeyObject = createSecretKey(Buffer.alloc(1));

  constructor(scope: SigningScope) {
    this.#scope = scope;
  }

  /** Returns the headers of the request with those of its signature. */
  sign(
    { path, headers, body }: SignableRequest,
    { accessKeyId, secretAccessKey, sessionToken }: SigningCredentials,
    nowMs: number,
  ): Record<string, string> {
    const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
    const day = time.slice(0, 8);
    const bodyHash = hash('sha256', body);
    const signed: Record<string, string> = {
      ...headers,
      'x-amz-date': time,
      'x-amz-content-sha256': bodyHash,
    };
    if (sessionToken !== undefined) signed['x-amz-security-token'] = sessionToken;
    const names = Object.keys(signed).filter(isSigned).sort();
    const lines = names.map((name) => `${name}:${signed[name]}\n`).join('');
    const canonical = `POST\n${path}\n\n${lines}\n${names.join(';')}\n${bodyHash}`;
    const scope = `${day}/${this.#scope.region}/${this.#scope.service}/aws4_request`;
    const text = `${ALGORITHM}\n${time}\n${scope}\n${hash('sha256', canonical)}`;
    const signature = createHmac('sha256', this.#keyOf(day, secretAccessKey)).update(text).digest('hex');
    signed.authorization = `${ALGORITHM} Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
    return signed;
  }

  #keyOf(day: string, secret: string): KeyObject {
    if (day === this.#day && secret === this.#secret) return this.#key;
    const { region, service } = this.#scope;
    const key = [day, region, service, 'aws4_request'].reduce<Buffer | string>(
      (parent, part) => createHmac('sha256', parent).update(part).digest(),
      `AWS4${secret}`,
    );
    this.#key = createSecretKey(key as Buffer);
    this.#day = day;
    this.#secret = secret;
    return this.#key;
  }
}

/** Proxies may change these on the way. */
function isSigned(name: string): boolean {
  return name !== 'user-agent' && name !== 'content-length';
}
