/**
 * The engines: state machines that decide. They know no thread, clock, socket, lock or logger; they
 * are told what happened and when, and note what they want in an outbox. Owned by one loop thread.
 */
@NullMarked
package io.meshrpc.core;

import org.jspecify.annotations.NullMarked;
