// Preloaded into a node under test, with --expose-gc: answers how much memory is in use after a full collection.
process.on('message', (question) => {
  if (question !== 'memory') return;
  globalThis.gc();
  setImmediate(() => {
    globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    process.send(heapUsed + external);
  });
});
process.channel?.unref();
