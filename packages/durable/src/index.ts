export { DurableFile, type DurableFileOptions, type FileWarning } from './durable-file.ts';
export { DurableFileError, type DurableFileErrorCode } from './errors.ts';
export { Damage, type Format } from './format.ts';
