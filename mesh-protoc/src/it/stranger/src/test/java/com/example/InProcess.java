package com.example;

import io.meshrpc.api.CallOptions;
import io.meshrpc.api.MeshCaller;
import io.meshrpc.api.MethodDescriptor;
import io.meshrpc.api.ServiceDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Carries calls to a service in the same process, as bytes, and keeps their options. */
final class InProcess implements MeshCaller {
  final List<CallOptions> options = new ArrayList<>();
  private final ServiceDefinition service;

  InProcess(ServiceDefinition service) {
    this.service = service;
  }

  @Override
  public <Q, R> R call(MethodDescriptor<Q, R> method, Q request, CallOptions o) {
    return callAsync(method, request, o).join();
  }

  @Override
  public <Q, R> CompletableFuture<R> callAsync(
      MethodDescriptor<Q, R> method, Q request, CallOptions o) {
    options.add(o);
    try {
      Q received = method.request().decode(method.request().encode(request));
      return service.handler(method).handle(received)
          .thenApply(reply -> method.reply().decode(method.reply().encode(reply)))
          .toCompletableFuture();
    } catch (Exception e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
