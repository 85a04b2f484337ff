/**
 * A deterministic simulator: the real engines of clients and servers and the real wire codec, in one
 * thread and virtual time, over a network that does everything a network may do. Everything follows
 * from one seed. {@link io.meshrpc.sim.Scenario} is the way in; docs/guide/simulator.md tells what is
 * modelled and what is checked. What is called {@code Driven} is what io.meshrpc.testkit is built on,
 * and not for users.
 */
@NullMarked
package io.meshrpc.sim;

import org.jspecify.annotations.NullMarked;
