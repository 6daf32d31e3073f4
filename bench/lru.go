// SPDX-License-Identifier: MIT
package main

import (
	"container/list"
	"fmt"
	"sync"
)

const lruKeys = 2048

func init() {
	programs["lru"] = func(args []int) {
		c := newLRU(lruKeys / 2)
		keys := make([]string, lruKeys)
		for i := range keys {
			keys[i] = fmt.Sprintf("page-%06d", i*37)
		}
		timed(args[0], func(n int) { useLRU(c, keys, n, args[1]) })
	}
}

type lruEntry struct {
	key   string
	value *string
}

type lruCache struct {
	mu       sync.Mutex
	capacity int
	used     *list.List
	index    map[string]*list.Element
}

func newLRU(capacity int) *lruCache {
	return &lruCache{capacity: capacity, used: list.New(), index: make(map[string]*list.Element)}
}

func (c *lruCache) get(key string) (*string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.index[key]
	if !ok {
		return nil, false
	}
	c.used.MoveToFront(e)
	return e.Value.(*lruEntry).value, true
}

func (c *lruCache) put(key string, value *string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.index[key]; ok {
		e.Value.(*lruEntry).value = value
		c.used.MoveToFront(e)
		return
	}
	c.index[key] = c.used.PushFront(&lruEntry{key, value})
	if c.used.Len() > c.capacity {
		oldest := c.used.Back()
		c.used.Remove(oldest)
		delete(c.index, oldest.Value.(*lruEntry).key)
	}
}

func useLRU(c *lruCache, keys []string, n, goroutines int) {
	var wg sync.WaitGroup
	wg.Add(goroutines)
	for i := 0; i < goroutines; i++ {
		go func(seed uint32) {
			for i := 0; i < n/goroutines; i++ {
				seed = seed*1664525 + 1013904223
				key := &keys[(seed>>8)%lruKeys]
				if v, ok := c.get(*key); !ok {
					c.put(*key, key)
				} else if v != key {
					fail("wrong value")
				}
			}
			wg.Done()
		}(uint32(i))
	}
	wg.Wait()
}
