import { browserStore } from '@fjern/remote/store';

// What a page of an application has of the store, within reach of the test.

declare global {
  var browserStoreUnderTest: typeof browserStore;
}

globalThis.browserStoreUnderTest = browserStore;
