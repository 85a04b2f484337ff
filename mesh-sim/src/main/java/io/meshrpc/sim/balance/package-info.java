/**
 * The balancing benchmark: clients that call by a clock of their own, servers with workers and
 * queues, a network with delay, all in virtual time and repeatable from a seed. The load balancers
 * are the real ones; the rest is a model. docs/guide/balancing-benchmark.md says how to read it.
 */
@NullMarked
package io.meshrpc.sim.balance;

import org.jspecify.annotations.NullMarked;
