// Preloaded into a node under test: on demand, a promise fails that nobody waits for.
process.on('message', (demand) => {
  if (demand === 'drop') void Promise.reject(new Error('nobody waits for this'));
});
process.channel?.unref();
