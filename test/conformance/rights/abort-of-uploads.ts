/**
 * The one right whose denial no call tells: an upload that failed is taken back without a word, since the bucket's lifecycle
 * takes it back too. So it is shown by what stays behind, when a part of the upload is refused.
 */
import { AbortMultipartUploadCommand, ListMultipartUploadsCommand, type S3Client } from '@aws-sdk/client-s3';
import { isFor, type Right } from './deployed-rights.ts';
import type { GuardFront } from './guard-front.ts';
import type { GuardedFunction } from './guarded-function.ts';

const ABORT = 's3:AbortMultipartUpload';

/** @param payload of a call that uploads in parts @throws Error when it does not, or when uploads stay behind that should not */
export async function showAbortOfUploads(
  guarded: GuardedFunction,
  payload: unknown,
  { front, s3 }: { readonly front: GuardFront; readonly s3: S3Client },
): Promise<void> {
  const right = guarded.surplus.find(({ action }) => action === ABORT);
  if (right === undefined) return;
  const bucket = right.resource.replace('arn:aws:s3:::', '').split('/')[0]!;
  const left = async (removed: readonly Right[]): Promise<number> => {
    const { reply, denials } = await front.breakParts(() => guarded.try(removed, payload));
    if (reply.ok) throw new Error('Nothing was uploaded in parts, so that no part could be refused.');
    const isDenied = denials.some(({ action, resource }) => isFor(right, action, resource));
    if (isDenied !== removed.includes(right)) throw new Error(`Denied: ${JSON.stringify(denials)}`);
    return takeBack(s3, bucket);
  };
  if ((await left([])) === 0 && (await left([right])) > 0) guarded.shown.set(right, 'The parts stay behind.');
}

/** @returns how many uploads there were */
async function takeBack(s3: S3Client, Bucket: string): Promise<number> {
  const { Uploads = [] } = await s3.send(new ListMultipartUploadsCommand({ Bucket }));
  for (const { Key, UploadId } of Uploads) await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
  return Uploads.length;
}
