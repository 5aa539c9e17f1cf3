/** The registry, and the images in it: built here and pushed, or pushed before. */
import * as aws from '@pulumi/aws';
import * as awsx from '@pulumi/awsx';
import * as pulumi from '@pulumi/pulumi';
import type { ImagesConfig } from '../config/types.ts';
import { COLLECTOR, IMAGE_NAMES, PORTS, type ServiceName } from '../decide/services.ts';

/** Arguments of the images. */
export interface ImagesArgs {
  /** Prefix of the names in AWS. */
  readonly prefix: string;
  readonly images: ImagesConfig;
  /** A protected registry is not deleted while images are in it. */
  readonly protect: boolean;
}

/** One image that tasks run. */
export interface ImageReference {
  /** `registry/repository@sha256:…`, or with a tag where the settings name one. */
  readonly uri: pulumi.Output<string>;
  readonly repositoryArn: pulumi.Output<string>;
}

/** Number of images that a repository keeps, for rollbacks. */
const KEPT_IMAGES = 20;

/** A repository and an image for each service and for the collector. */
export class Images extends pulumi.ComponentResource {
  readonly #references: Readonly<Record<string, ImageReference>>;

  constructor(name: string, args: ImagesArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Images', name, {}, opts);
    this.#references = Object.fromEntries(
      IMAGE_NAMES.map((image) => {
        const repository = this.#createRepository(image, args);
        const uri = this.#toUri(image, repository.repositoryUrl, args.images);
        return [image, { uri, repositoryArn: repository.arn }];
      }),
    );
    this.registerOutputs({});
  }

  /** The image of this name. */
  get(name: string): ImageReference {
    const reference = this.#references[name];
    if (!reference) throw new Error(`No image named ${name}: add it to IMAGE_NAMES`);
    return reference;
  }

  /** Every image's reference, by name. */
  all(): pulumi.Output<Record<string, string>> {
    return pulumi.all(
      Object.fromEntries(Object.entries(this.#references).map(([key, { uri }]) => [key, uri])),
    );
  }

  #createRepository(image: string, { prefix, protect }: ImagesArgs): aws.ecr.Repository {
    const child = { parent: this };
    const repository = new aws.ecr.Repository(
      image,
      {
        name: `${prefix}/${image}`,
        forceDelete: !protect,
        imageScanningConfiguration: { scanOnPush: true },
        encryptionConfigurations: [{ encryptionType: 'AES256' }],
        // A build pushes under a moving tag; tasks name the digest, which cannot move.
        imageTagMutability: 'MUTABLE',
      },
      child,
    );
    new aws.ecr.LifecyclePolicy(
      image,
      {
        repository: repository.name,
        policy: JSON.stringify({
          rules: [
            {
              rulePriority: 1,
              description: `keep the newest ${KEPT_IMAGES}`,
              selection: { tagStatus: 'any', countType: 'imageCountMoreThan', countNumber: KEPT_IMAGES },
              action: { type: 'expire' },
            },
          ],
        }),
      },
      child,
    );
    return repository;
  }

  #toUri(image: string, repositoryUrl: pulumi.Output<string>, images: ImagesConfig): pulumi.Output<string> {
    switch (images.source) {
      case 'digest':
        return pulumi.interpolate`${repositoryUrl}@${images.digests[image]}`;
      case 'tag':
        return pulumi.interpolate`${repositoryUrl}:${images.tag}`;
      case 'build':
        return new awsx.ecr.Image(
          image,
          {
            repositoryUrl,
            context: '..',
            platform: 'linux/arm64',
            ...toBuild(image),
          },
          { parent: this },
        ).imageUri;
    }
  }
}

/** Returns the build of an image; paths are relative to infra/, where Pulumi runs the program. */
function toBuild(image: string) {
  if (image === COLLECTOR) return { dockerfile: '../observability/collector.Dockerfile' };
  const port = PORTS[image as ServiceName].ops;
  return { dockerfile: '../Dockerfile', args: { WORKSPACE: `services/${image}`, PORT: String(port) } };
}
