/**
 * The shell: one loop thread for each node, which alone touches its socket, its engine and its
 * timers. Other threads hand over through a {@code Mailbox}.
 */
@NullMarked
package io.meshrpc.zmq;

import org.jspecify.annotations.NullMarked;
