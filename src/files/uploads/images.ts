import { stat } from 'node:fs/promises';
import { Injectable } from '@nestjs/common';
import sharp, { type Metadata, type Sharp, type SharpOptions } from 'sharp';
import { Config } from '../../platform/config/config.js';
import { ChatError } from '../../platform/errors/chat-error.js';
import { BoundedQueue } from '../../platform/jobs/bounded-queue.js';
import { overwrite } from './overwrite.js';
import { cleaningOf, requireFewPixels, unreadableImage } from './image-rules.js';

/** With the password checks this leaves one of libuv's four threads; and no more than one image is in memory. */
const AT_ONCE = 1;
/** Some seconds of work; whoever comes later is told to come again. */
const WAITING = 32;
/** Seconds that a step of one image may take. */
const STEP_SECONDS = 20;
/** Pixels of a thumbnail's longer side. */
const THUMBNAIL_PIXELS = 512;

export const THUMBNAIL_TYPE = 'image/webp';

/** An image, ready to be stored. */
export interface PreparedImage {
  /** Where it is now: the upload itself, or what was made of it. */
  readonly path: string;
  readonly size: number;
  readonly width: number;
  readonly height: number;
  readonly thumbnail: { readonly path: string; readonly size: number } | undefined;
}

// Kept results would only hold memory: no image is read twice.
sharp.cache(false);

/** Reads uploaded images: takes out what they say about where they were taken, turns them upright, makes thumbnails. */
@Injectable()
export class Images {
  private readonly queue = new BoundedQueue(AT_ONCE, WAITING);

  constructor(private readonly config: Config) {}

  /**
   * Throws `file.image_too_large` before a pixel is read, `file.image_invalid` for what can't be read to its end, and
   * `service.unavailable` when too many wait.
   *
   * @param name names for files that are made
   */
  prepare(path: string, name: (part: string) => string): Promise<PreparedImage> {
    return this.queue.run(async () => {
      try {
        return await this.read(path, name);
      } catch (error) {
        throw error instanceof ChatError ? error : unreadableImage(error);
      }
    });
  }

  private async read(path: string, name: (part: string) => string): Promise<PreparedImage> {
    const metadata = await sharp(path, { limitInputPixels: false }).metadata();
    requireFewPixels(metadata, this.config.files.imageMegapixels);
    const thumbnail = canBeDrawn(metadata) ? await drawSmall(path, name('thumbnail')) : undefined;
    const cleaned = await clean(path, name('cleaned'), metadata);
    const { width, height } = metadata.autoOrient;
    return { path: cleaned, size: (await stat(cleaned)).size, width, height, thumbnail };
  }
}

/** The patents on HEVC keep its decoder out: such images are cleaned and measured, and not drawn. */
const canBeDrawn = ({ compression }: Metadata): boolean => compression !== 'hevc';

/** Reading stops at damage: half an image is no image. The number of pixels was judged before. */
const open = (path: string, options: SharpOptions = {}): Sharp =>
  sharp(path, { limitInputPixels: false, failOn: 'error', ...options }).timeout({ seconds: STEP_SECONDS });

async function drawSmall(path: string, target: string): Promise<PreparedImage['thumbnail']> {
  const { size } = await open(path)
    .autoOrient()
    .resize(THUMBNAIL_PIXELS, THUMBNAIL_PIXELS, { fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 75 })
    .toFile(target);
  return { path: target, size };
}

/** Where the image without what it says about itself is. */
async function clean(path: string, target: string, metadata: Metadata): Promise<string> {
  if (cleaningOf(metadata) === 'redraw') {
    await redrawn(path, metadata).toFile(target);
    return target;
  }
  for (const text of [metadata.exif, metadata.xmp]) if (text) await overwrite(path, text);
  return path;
}

/** In its own format, as near to the original as that can be. */
function redrawn(path: string, { format, pages = 1, chromaSubsampling = '' }: Metadata): Sharp {
  const image = open(path, { pages: pages > 1 ? -1 : 1 }).autoOrient();
  switch (format) {
    case 'jpeg':
      return image.jpeg({
        quality: 92,
        chromaSubsampling: chromaSubsampling.startsWith('4:4:4') ? '4:4:4' : '4:2:0',
      });
    case 'webp':
      return image.webp({ quality: 92 });
    case 'tiff':
      return image.tiff({ compression: 'lzw' });
    case 'gif':
      return image.gif();
    default:
      return image.png();
  }
}
