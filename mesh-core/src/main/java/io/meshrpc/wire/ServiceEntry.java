package io.meshrpc.wire;

import java.util.List;

/** A service that a server offers. */
public record ServiceEntry(String name, List<MethodEntry> methods) {}
