package io.meshrpc.core;

import io.meshrpc.api.Code;
import io.meshrpc.api.Metadata;

/** What a handler answered. */
public record ServerReply(Code code, String text, Metadata metadata, byte[] payload) {}
