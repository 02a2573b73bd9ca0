import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import {
  type EmbeddedEnvironment,
  type EnvironmentOptions,
  openEnvironment,
} from '../../../src/stores/embedded/open-environment.ts';

/** Gives new empty folders and environments; closes and removes them after the file's last test. */
export function temporaryFolders() {
  const folders: string[] = [];
  const environments: EmbeddedEnvironment[] = [];
  const newFolder = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lexdelta-'));
    folders.push(folder);
    return folder;
  };
  const open = (options: EnvironmentOptions) => {
    const environment = openEnvironment(options);
    environments.push(environment);
    return environment;
  };
  afterAll(async () => {
    await Promise.all(environments.map((environment) => environment.close()));
    await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  });
  return { newFolder, open, newEnvironment: async () => open({ folder: await newFolder() }) };
}
