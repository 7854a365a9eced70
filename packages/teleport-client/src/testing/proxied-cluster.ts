import {
  createFakeHttpProxy,
  createFakeLoadBalancer,
  createFakeProxy,
  type FakeHttpProxy,
  type FakeHttpProxyOptions,
  type FakeLoadBalancer,
  type FakeLoadBalancerOptions,
  type FakeProxy,
  type FakeProxyOptions,
} from "@access-plugins/testing";
import { onTestFinished } from "vitest";
import type { TestCluster } from "./test-cluster.ts";

/** A Proxy in front of a test's cluster; gone when the test ends. */
export async function startProxy({ auth }: TestCluster, options: Partial<FakeProxyOptions> = {}): Promise<FakeProxy> {
  const { address: authAddress, clusterName, authorities } = auth;
  const { sshAuthority } = authorities;
  const proxy = await createFakeProxy({ authAddress, clusterName, sshAuthority, ...options });
  onTestFinished(() => proxy.close());
  return proxy;
}

/** A load balancer in front of a Proxy; gone when the test ends. */
export async function startLoadBalancer(
  proxy: FakeProxy,
  options: Partial<FakeLoadBalancerOptions> = {},
): Promise<FakeLoadBalancer> {
  const balancer = await createFakeLoadBalancer({ proxyAddress: proxy.address, ...options });
  onTestFinished(() => balancer.close());
  return balancer;
}

/** An HTTP proxy; gone when the test ends. */
export async function startHttpProxy(options: FakeHttpProxyOptions = {}): Promise<FakeHttpProxy> {
  const proxy = await createFakeHttpProxy(options);
  onTestFinished(() => proxy.close());
  return proxy;
}
